// All tables of drug knowledge as one text: how they lie on the log (the setting `knowledge`).
// Before each table stands a line `=== <file>`:
//
//   === version.tsv
//   version	issued	review
//   …
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"
#include "projections/knowledge/knowledge.h"
#include "projections/knowledge/shipped_tables.h"

namespace projections::knowledge {

// A table whose text does not end its last line gets the end it lacks.
std::string write_bundle(std::span<const TableText> tables);
// Views into `bundle`. invalid: no bundle, or two tables of one name.
events::Result<std::vector<TableText>> tables_of_bundle(std::string_view bundle);
// invalid: the message has one line for each thing that is wrong.
events::Result<std::shared_ptr<const Knowledge>> read_bundle(std::string_view bundle);
// The name by which a bundle is asked for: 16 bytes in hex, of its SHA-256 the first half.
std::string bundle_digest(std::string_view bundle);
// The bundle of that digest as knowledge, read once in a process for the alerts of all shards and
// for all who answer by it; `bring` gives its bytes. That it cannot be read is logged then, and
// kept like what can be (cache.h).
events::Result<std::shared_ptr<const Knowledge>> shared_bundle(
    std::string_view digest, const std::function<events::Result<std::string>()>& bring);
// What is in the program, read once; its tests read it first.
std::shared_ptr<const Knowledge> shipped_knowledge();

}  // namespace projections::knowledge
