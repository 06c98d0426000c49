// What search parameters ask for in elements that no table of the record has: Facts.more.
// Where such an element lies and what it is made of is R4's own (events/fhir/definitions.h);
// here is only which parameters. Each has its line in projections/search too.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

struct KeptParameter {
  events::ResourceType type{};
  std::string_view parameter;
};
// Sorted by type.
std::span<const KeptParameter> kept_parameters();

// An entry for each parameter of the type that finds something.
void map_more(const Element& from, events::ResourceType type,
              std::vector<std::unique_ptr<schema::MoreT>>& to);

}  // namespace ingest::fhir
