// What a patient's standing has of a group besides the counts of its populations: the measure's own
// strata and what was observed, so that a report of many patients can be added up.
#pragma once

#include <string>
#include <vector>

#include "projections/quality/measure_result.h"
#include "projections/row_codec.h"

namespace projections::measures {

// By observation of the group, what each gave: decimals as text.
using ObservedTexts = std::vector<std::vector<std::string>>;

struct OwnStratum {
  std::uint64_t stratifier = 0;               // its place in the group
  std::vector<quality::StratumValue> values;  // by component
  std::vector<std::uint64_t> counts;          // by population
  ObservedTexts observed;
  friend bool operator==(const OwnStratum&, const OwnStratum&) = default;
};
struct GroupDetail {
  ObservedTexts observed;
  std::vector<OwnStratum> strata;
  friend bool operator==(const GroupDetail&, const GroupDetail&) = default;
};

// Whether a report of the group needs more than its populations' counts.
bool has_detail(const quality::GroupDefinition& group);

GroupDetail detail_of(const quality::GroupCount& group);
// `group`, nobody counted, with it. corrupt: it is not of this measure.
events::Result<quality::GroupCount> with_detail(quality::GroupCount group,
                                                const GroupDetail& detail);

void write_detail(const GroupDetail& detail, RowWriter& row);
GroupDetail read_detail(RowReader& row);

}  // namespace projections::measures
