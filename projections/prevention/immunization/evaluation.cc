#include "projections/prevention/immunization/evaluation.h"

#include <algorithm>

#include "projections/prevention/immunization/conditional_skip.h"
#include "projections/prevention/immunization/intervals.h"
#include "projections/prevention/immunization/vaccines.h"

namespace projections::immunization {
namespace {

using Reasons = std::vector<DoseReason>;

enum class AgeFit { right, too_young, too_old };

// 6.4. Of several age rules those count that were in force when the dose was given.
AgeFit age_fit(const SeriesDose& rules, Day date, Day birth, Reasons& reasons) {
  for (const auto& age : rules.ages) {
    if (!age.validity.covers(date)) continue;
    if (age.absolute_minimum && date < birth + *age.absolute_minimum) {
      reasons.push_back(DoseReason::too_young);
      return AgeFit::too_young;
    }
    if (age.maximum && date >= birth + *age.maximum) {
      reasons.push_back(DoseReason::too_old);
      return AgeFit::too_old;
    }
    if (age.minimum && date < birth + *age.minimum) reasons.push_back(DoseReason::age_grace_period);
  }
  return AgeFit::right;
}

// 6.1.
std::optional<DoseReason> condition_of(const Dose& dose, Day date) {
  if (dose.lot_expires && date > *dose.lot_expires) return DoseReason::lot_expired;
  if (dose.substandard) return DoseReason::dose_condition;
  return std::nullopt;
}

// 6.3 to 6.10: all of it, so that every reason is told.
DoseEvaluation judged(const SeriesDose& rules, const Facts& facts, const SeriesProgress& progress,
                      const Point& at) {
  const auto& given = facts.history.doses[at.place];
  DoseEvaluation evaluation{DoseStatus::not_valid, rules.number, {}};
  if (std::binary_search(rules.inadvertent.begin(), rules.inadvertent.end(), given.cvx)) {
    evaluation.reasons.push_back(DoseReason::inadvertent);
    return evaluation;
  }
  const auto age = age_fit(rules, given.date, facts.birth, evaluation.reasons);
  const bool spaced = keeps_intervals(rules, given.date, facts, progress, at, evaluation.reasons);
  const bool conflict = is_in_conflict(at.place, facts, progress);
  if (conflict) evaluation.reasons.push_back(DoseReason::vaccine_conflict);
  const bool right = is_right_vaccine(rules, at.place, facts, evaluation.reasons);
  if (age == AgeFit::too_old) {
    evaluation.status = DoseStatus::extraneous;
  } else if (age == AgeFit::right && spaced && !conflict && right) {
    evaluation.status = DoseStatus::valid;
  }
  return evaluation;
}

// Steps 5 and 6 of figure 4-6: a recurring dose comes again. The figure asks that of the last
// dose only; since 4.64 COVID-19 has recurring doses before others, which their skip ends.
void go_on(SeriesProgress& progress) {
  const auto& rules = *progress.targets[progress.current].rules;
  ++progress.current;
  if (rules.recurring) {
    const auto next = progress.targets.begin() + static_cast<std::ptrdiff_t>(progress.current);
    progress.targets.insert(next, {&rules, TargetStatus::not_satisfied, 0});
  }
}

DoseEvaluation evaluate_dose(const Facts& facts, SeriesProgress& progress, const Point& at) {
  const auto& given = facts.history.doses[at.place];
  if (const auto fault = condition_of(facts.patient.doses[given.index], given.date))
    return {DoseStatus::substandard, 0, {*fault}};
  const Moment day(given.date);
  while (progress.current < progress.targets.size()) {
    auto& target = progress.targets[progress.current];
    if (can_skip(*target.rules, SkipContext::evaluation, facts, progress, at, day)) {
      target.status = TargetStatus::skipped;
      ++progress.current;
      continue;
    }
    auto evaluation = judged(*target.rules, facts, progress, at);
    if (evaluation.status == DoseStatus::valid) {
      target.status = TargetStatus::satisfied;
      target.satisfied_by = at.place;
      go_on(progress);
    }
    return evaluation;
  }
  return {DoseStatus::extraneous, 0, {DoseReason::series_already_complete}};
}

}  // namespace

SeriesProgress evaluate(const Series& series, const Facts& facts) {
  SeriesProgress progress{&series, {}, 0, {}};
  progress.targets.reserve(series.doses.size() + 1);
  for (const auto& dose : series.doses)
    progress.targets.push_back({&dose, TargetStatus::not_satisfied, 0});
  progress.evaluations.reserve(facts.doses.size());
  for (std::size_t i = 0; i < facts.doses.size(); ++i)
    progress.evaluations.push_back(evaluate_dose(facts, progress, {i, facts.doses[i]}));
  return progress;
}

}  // namespace projections::immunization
