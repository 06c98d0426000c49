// FHIR R4 (4.0.1) as ELM sees it, on the JSON that came in: types by events/fhir/definitions.h.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <string_view>

#include "projections/quality/value.h"

namespace projections::quality {

// A resource; null: a type that R4 does not have.
Value resource_value(const boost::json::value& resource);

// `value` of a primitive is the system's: String, Date, DateTime … `effective` finds whichever form
// of effective[x] is there, with its type. Null: absent, or nothing that the type has.
Value element_property(const Element& element, std::string_view name);

// Of a primitive: its value; anything else as it is.
Value system_value(const Value& value);

// By content: two elements that say the same.
bool elements_equal(const Element& a, const Element& b);

// Each code of a CodeableConcept, a Coding or a list of these; true as soon as `matches` is.
bool any_coding(const Value& coded,
                const std::function<bool(std::string_view system, std::string_view code)>& matches);

}  // namespace projections::quality
