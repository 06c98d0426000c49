// Tables of drug knowledge as a site has them: .tsv files, or folders of them. They stand
// for the shipped tables of their names; the others stay as shipped.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "projections/knowledge/bundle.h"
#include "projections/knowledge/reader.h"

namespace ops::node {

// Text by file name ("interactions.tsv"): all tables, the shipped ones replaced.
using KnowledgeTexts = std::map<std::string, std::string>;

// not_found: a path is not there or cannot be read; invalid: two files of one name.
events::Result<KnowledgeTexts> read_knowledge_texts(
    const std::vector<std::filesystem::path>& paths);

// As read_knowledge().
events::Result<std::shared_ptr<const projections::knowledge::Knowledge>> knowledge_of(
    const KnowledgeTexts& texts);

// As they go onto the log (projections/knowledge/bundle.h).
std::string bundle_of(const KnowledgeTexts& texts);

// What is in it, for people: version, rows by kind, how many were compared with their source.
std::string describe(const projections::knowledge::Knowledge& knowledge);

}  // namespace ops::node
