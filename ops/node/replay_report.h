// What a replay by other knowledge found, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "projections/alert_replay.h"

namespace ops::node {

// By rule, tier, and what became of it, then by patient: the same for the same log.
void sort_for_report(std::vector<projections::ReplayedAlert>& alerts);

// A line a rule and tier: raised by both, gained, lost; below it up to `examples_max` of what was
// gained and lost, with patient, position and time. `alerts` are sorted.
std::string table_of(const std::vector<projections::ReplayedAlert>& alerts,
                     std::size_t examples_max);

// {"change","rule","tier","kind","patient","position","known_time","summary"} and a line's end.
std::string ndjson_line(const projections::ReplayedAlert& alert);

}  // namespace ops::node
