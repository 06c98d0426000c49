#include "projections/prevention/immunization/series_progress.h"

#include <algorithm>

namespace projections::immunization {

bool DoseEvaluation::has(DoseReason reason) const {
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

std::size_t SeriesProgress::count(TargetStatus status) const {
  return static_cast<std::size_t>(
      std::count_if(targets.begin(), targets.end(),
                    [status](const TargetDose& target) { return target.status == status; }));
}

const char* to_string(DoseStatus status) {
  switch (status) {
    case DoseStatus::valid:
      return "valid";
    case DoseStatus::not_valid:
      return "not valid";
    case DoseStatus::extraneous:
      return "extraneous";
    case DoseStatus::substandard:
      return "sub-standard";
  }
  return "";
}

const char* to_string(DoseReason reason) {
  switch (reason) {
    case DoseReason::too_young:
      return "too young";
    case DoseReason::too_old:
      return "too old";
    case DoseReason::age_grace_period:
      return "grace period (age)";
    case DoseReason::too_soon:
      return "too soon";
    case DoseReason::interval_grace_period:
      return "grace period (interval)";
    case DoseReason::vaccine_conflict:
      return "too close to another vaccine";
    case DoseReason::vaccine_not_allowed:
      return "vaccine not allowed";
    case DoseReason::vaccine_at_wrong_age:
      return "vaccine at wrong age";
    case DoseReason::inadvertent:
      return "inadvertent administration";
    case DoseReason::less_than_recommended_volume:
      return "less than recommended volume";
    case DoseReason::lot_expired:
      return "lot expired";
    case DoseReason::dose_condition:
      return "dose condition";
    case DoseReason::series_already_complete:
      return "series already complete";
  }
  return "";
}

}  // namespace projections::immunization
