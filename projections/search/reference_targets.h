// Which types a reference parameter may lead to: chains without a type, _revinclude and the
// CapabilityStatement ask. The types are R4's own, from events/fhir/definitions.h.
#pragma once

#include <string_view>
#include <vector>

#include "events/resource_type.h"

namespace events::schema {
struct Facts;
}

namespace projections::search {

struct Parameter;
struct Values;

// Of the schema's types; empty for a name that is no reference of the type.
std::vector<events::ResourceType> reference_targets(events::ResourceType type,
                                                    std::string_view parameter);

// The reference parameters that search knows of a type: of its table, its patient
// parameter, and Patient's own.
const std::vector<const Parameter*>& reference_parameters(events::ResourceType type);
// Null for a name that is none. `patient` and `subject` are the subjects alike.
const Parameter* find_reference_parameter(events::ResourceType type, std::string_view name);

// Adds what all reference parameters of the resource's type find.
void take_references(const events::schema::Facts& facts, Values& values);

}  // namespace projections::search
