// Whether a JSON value is what a profile fixes: the parts of profile_check that know no issues.
#pragma once

#include <string_view>
#include <vector>

#include "ingest/json.h"
#include "ingest/validation/profile.h"
#include "ingest/validation/profile_set.h"

namespace ingest::validation {

enum class Answer { no, yes, unknown };

// fixed[x]: the same value with the same members; pattern[x]: all that the pattern has.
bool equals(const json::Value& value, const json::Value& fixed);
bool contains(const json::Value& value, const json::Value& pattern);

// The values that an element of a profile has in `holder`: items of a list, the forms of a
// choice. A primitive that has extensions only is its `_name` member.
std::vector<json::Value> values_of(const json::Value& holder, const ProfileNode& node);
// The type that the member's name says: "Quantity" of valueQuantity for value[x].
std::string_view choice_type(const json::Value& value, const ProfileNode& node);

// A code, Coding, CodeableConcept or Quantity against a value set; unknown where its codes are
// not at hand.
Answer in_value_set(const json::Value& value, const CodeSet* set);

// Whether `value` belongs to `slice` by these discriminators; unknown for those we do not
// evaluate (profile, and paths with functions other than resolve()).
Answer in_slice(const json::Value& value, const ProfileNode& slice, const Slicing& slicing,
                const ProfileSet& set);

}  // namespace ingest::validation
