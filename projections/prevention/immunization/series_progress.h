// How far a patient is in one series: what each dose given was worth, and which of the
// series' doses are met (logic specification 4.4 and chapter 6).
#pragma once

#include <span>

#include "projections/prevention/immunization/history.h"

namespace projections::immunization {

enum class DoseStatus { valid, not_valid, extraneous, substandard };

enum class DoseReason {
  too_young,
  too_old,
  age_grace_period,
  too_soon,
  interval_grace_period,
  vaccine_conflict,
  vaccine_not_allowed,
  vaccine_at_wrong_age,
  inadvertent,
  less_than_recommended_volume,
  lot_expired,
  dose_condition,
  series_already_complete,
};

struct DoseEvaluation {
  DoseStatus status = DoseStatus::extraneous;
  int series_dose = 0;  // the number of the one it was held against; 0: none was left
  std::vector<DoseReason> reasons;

  bool has(DoseReason reason) const;
};

enum class TargetStatus { not_satisfied, satisfied, skipped };

struct TargetDose {
  const SeriesDose* rules = nullptr;
  TargetStatus status = TargetStatus::not_satisfied;
  std::size_t satisfied_by = 0;  // place in History::doses
};

struct SeriesProgress {
  const Series* series = nullptr;
  std::vector<TargetDose> targets;
  std::size_t current = 0;  // the target to be given next; targets.size(): none is left
  std::vector<DoseEvaluation> evaluations;  // of the antigen's doses, in their order

  std::size_t count(TargetStatus status) const;
};

// The facts that each step looks at; all outlive it.
struct Facts {
  const Schedule& schedule;
  const Patient& patient;
  Day birth;
  const History& history;
  std::span<const std::size_t> doses;     // of the antigen: places in history.doses
  std::span<const int> completed_groups;  // series groups of the antigen with a complete series
};

// A point in the history from which a step looks back.
struct Point {
  std::size_t evaluated = 0;  // doses of the antigen before it
  std::size_t place = 0;      // doses in the whole history before it
};

const char* to_string(DoseStatus status);
const char* to_string(DoseReason reason);

}  // namespace projections::immunization
