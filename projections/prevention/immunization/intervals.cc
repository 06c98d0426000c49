#include "projections/prevention/immunization/intervals.h"

#include <algorithm>

namespace projections::immunization {
namespace {

// CALCDTINT-1: valid or not valid, and not inadvertent.
std::optional<Day> previous_dose(const Facts& facts, const SeriesProgress& progress,
                                 const Point& at) {
  for (std::size_t i = at.evaluated; i-- > 0;) {
    const auto& evaluation = progress.evaluations[i];
    const bool counts =
        evaluation.status == DoseStatus::valid || evaluation.status == DoseStatus::not_valid;
    if (counts && !evaluation.has(DoseReason::inadvertent))
      return facts.history.doses[facts.doses[i]].date;
  }
  return std::nullopt;
}

// CALCDTINT-2.
std::optional<Day> target_dose(const Interval& interval, const Facts& facts,
                               const SeriesProgress& progress) {
  for (const auto& target : progress.targets) {
    if (target.rules->number == interval.target_dose && target.status == TargetStatus::satisfied)
      return facts.history.doses[target.satisfied_by].date;
  }
  return std::nullopt;
}

bool is_inadvertent(std::size_t place, const Facts& facts, const SeriesProgress& progress) {
  const auto at = std::lower_bound(facts.doses.begin(), facts.doses.end(), place);
  if (at == facts.doses.end() || *at != place) return false;
  const auto index = static_cast<std::size_t>(at - facts.doses.begin());
  return index < progress.evaluations.size() &&
         progress.evaluations[index].has(DoseReason::inadvertent);
}

// CALCDTINT-8: of any antigen.
std::optional<Day> most_recent(const Interval& interval, const Facts& facts,
                               const SeriesProgress& progress, const Point& at) {
  for (std::size_t place = at.place; place-- > 0;) {
    const auto& dose = facts.history.doses[place];
    if (std::binary_search(interval.vaccines.begin(), interval.vaccines.end(), dose.cvx) &&
        !is_inadvertent(place, facts, progress))
      return dose.date;
  }
  return std::nullopt;
}

// CALCDTINT-9.
std::optional<Day> observation(const Interval& interval, const Facts& facts) {
  for (const auto& active : facts.history.active(interval.observation)) {
    if (active.began) return active.began;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Day> reference_date(const Interval& interval, const Facts& facts,
                                  const SeriesProgress& progress, const Point& at) {
  switch (interval.from) {
    case IntervalFrom::previous_dose:
      return previous_dose(facts, progress, at);
    case IntervalFrom::target_dose:
      return target_dose(interval, facts, progress);
    case IntervalFrom::most_recent_vaccine:
      return most_recent(interval, facts, progress, at);
    case IntervalFrom::observation:
      return observation(interval, facts);
  }
  return std::nullopt;
}

bool keeps_intervals(const SeriesDose& rules, Day date, const Facts& facts,
                     const SeriesProgress& progress, const Point& at,
                     std::vector<DoseReason>& reasons) {
  const auto before = [&](const Interval& interval, const std::optional<Span>& span) {
    if (!span || !interval.validity.covers(date)) return false;
    const auto from = reference_date(interval, facts, progress, at);
    return from && date < *from + *span;
  };
  bool kept = true;
  bool grace = false;
  for (const auto& interval : rules.intervals) {
    if (before(interval, interval.absolute_minimum)) {
      kept = false;
    } else if (before(interval, interval.minimum)) {
      grace = true;
    }
  }
  const auto& allowable = rules.allowable_intervals;
  const bool allowed =
      kept || (!allowable.empty() &&
               std::none_of(allowable.begin(), allowable.end(), [&](const Interval& interval) {
                 return before(interval, interval.absolute_minimum);
               }));
  if (!allowed) {
    reasons.push_back(DoseReason::too_soon);
  } else if (kept && grace) {
    reasons.push_back(DoseReason::interval_grace_period);
  }
  return allowed;
}

}  // namespace projections::immunization
