// Where a patient stands on a day with all vaccines and screenings: the schedule's answers, with
// what the schedule knows nothing of (death, refusals), beside those of the screening rules.
// Pure. Nothing here is clinically reviewed.
#pragma once

#include "projections/prevention/facts.h"
#include "projections/prevention/immunization/assessment.h"
#include "projections/prevention/screening/assessment.h"

namespace projections {

struct VaccineAnswer {
  immunization::GroupAnswer group;
  std::string state;  // the group's standing; declined, contraindicated by a refusal
  std::optional<immunization::RecordedDate> declined_on;
  std::vector<std::string> rests_on;  // doses, observations, refusals
  std::optional<immunization::Day> changes_on;
};

struct Prevention {
  std::string issuer, version;  // of the schedule
  immunization::Day as_of;
  std::vector<VaccineAnswer> vaccines;
  std::vector<immunization::SetAside> set_aside;
  screening::Assessment screenings;
};

// A refusal stands for a year after its day, and until the next dose of the group; it hides only
// what is due, due soon or overdue.
Prevention assess_prevention(const PreventionRules& rules, const PreventionFacts& facts,
                             immunization::Day on);

}  // namespace projections
