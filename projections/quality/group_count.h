// A group's counts of one patient, from what its criteria gave.
#pragma once

#include <functional>
#include <span>

#include "projections/quality/measure_result.h"

namespace projections::quality {

struct GroupValues {
  std::vector<Value> populations;               // by population of the group
  std::vector<std::vector<Value>> stratifiers;  // by stratifier and component
};

// `episode`: null where the group counts patients. Nothing: the observation is null.
using Observe = std::function<events::Result<std::optional<Decimal>>(std::size_t observation,
                                                                     const Value* episode)>;

// An error is one of `observe`.
events::Result<GroupCount> count_group(const GroupDefinition& group, const GroupValues& values,
                                       const Observe& observe);

// Nobody counted yet.
GroupCount empty_group(const GroupDefinition& group);

// A number, of a Quantity its value. Nothing: null, or no number.
std::optional<Decimal> observed_number(const Value& value);

}  // namespace projections::quality
