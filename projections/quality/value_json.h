// A value of CQL as JSON, for people who write or check measures: numbers, strings and times as
// they are, a resource as a reference, other elements in the words they came in.
#pragma once

#include "projections/quality/json_text.h"
#include "projections/quality/value.h"

namespace projections::quality {

// "Encounter/1"; empty: not a resource, or one without id.
std::string resource_reference(const Element& element);

// One value.
void write_value(JsonText& json, const Value& value);

// As value[x] of a FHIR Observation, a member; false: nothing was written, as the value is null or
// an empty list.
bool write_observation_value(JsonText& json, const Value& value);

}  // namespace projections::quality
