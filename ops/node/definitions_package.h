// A package of FHIR definitions as a site has it: a .tgz of npm's form (package/*.json), a folder,
// or single .json files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "events/result.h"

namespace ops::node {

struct DefinitionsPackage {
  std::string bundle;  // of type collection: what POST /profiles takes
  std::size_t structures = 0;
  std::size_t value_sets = 0;
  std::size_t code_systems = 0;
};

// StructureDefinitions of resources and data types with a snapshot, ValueSets, CodeSystems;
// other files are left out. not_found, corrupt, invalid: names the file.
events::Result<DefinitionsPackage> read_definitions(const std::vector<std::filesystem::path>& paths);

}  // namespace ops::node
