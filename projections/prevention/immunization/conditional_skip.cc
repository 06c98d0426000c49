#include "projections/prevention/immunization/conditional_skip.h"

#include <algorithm>

namespace projections::immunization {
namespace {

// One condition after another, as seen from one point of the history.
class Conditions {
 public:
  Conditions(const Facts& facts, const SeriesProgress& progress, const Point& at,
             const Moment& reference)
      : facts_(facts), progress_(progress), at_(at), reference_(reference) {}

  bool met(const ConditionalSkip& skip) const {
    return joined(skip.join, skip.sets, [this](const SkipSet& set) { return met(set); });
  }

 private:
  // Each is asked, also when the answer is clear already: which days matter must be known.
  template <class Rows, class Met>
  static bool joined(Join join, const Rows& rows, const Met& is_met) {
    std::size_t met = 0;
    for (const auto& row : rows) met += is_met(row);
    return join == Join::all ? met == rows.size() : met > 0;
  }

  bool met(const SkipSet& set) const {
    std::optional<Day> end;
    if (set.validity.cessation) end = *set.validity.cessation + std::chrono::days{1};
    return reference_.within(set.validity.effective, end) &&
           joined(set.join, set.conditions, [this](const auto& one) { return met(one); });
  }

  bool met(const SkipCondition& condition) const {
    switch (condition.kind) {
      case ConditionKind::age:
        return reference_.within(condition.ages, facts_.birth);
      case ConditionKind::completed_series:
        return completed(condition);
      case ConditionKind::interval:
        return interval_passed(condition);
      case ConditionKind::vaccine_count:
        return compared(condition);
    }
    return false;
  }

  bool completed(const SkipCondition& condition) const {
    const auto& groups = condition.series_groups;
    return std::any_of(groups.begin(), groups.end(), [this](int group) {
      return std::find(facts_.completed_groups.begin(), facts_.completed_groups.end(), group) !=
             facts_.completed_groups.end();
    });
  }

  // CALCDTSKIP-5.
  bool interval_passed(const SkipCondition& condition) const {
    if (at_.evaluated == 0) return false;
    const auto previous = facts_.history.doses[facts_.doses[at_.evaluated - 1]].date;
    return reference_.reached(previous + *condition.interval);
  }

  bool compared(const SkipCondition& condition) const {
    const int given = condition.valid_only || condition.vaccines.empty()
                          ? count_of_antigen(condition)
                          : count_of_all(condition);
    switch (condition.comparison) {
      case Comparison::greater:
        return given > condition.count;
      case Comparison::equal:
        return given == condition.count;
      case Comparison::less:
        return given < condition.count;
    }
    return false;
  }

  // CONDSKIP-1. Only doses before the one in question: later ones have no status yet.
  int count_of_antigen(const SkipCondition& condition) const {
    int count = 0;
    for (std::size_t i = 0; i < at_.evaluated; ++i) {
      const bool valid = progress_.evaluations[i].status == DoseStatus::valid;
      count += (valid || !condition.valid_only) && counts(condition, facts_.doses[i]);
    }
    return count;
  }

  // "Total" counts vaccines by name, of whatever antigen (Td, for one of pertussis).
  int count_of_all(const SkipCondition& condition) const {
    int count = 0;
    for (std::size_t place = 0; place < at_.place; ++place) count += counts(condition, place);
    return count;
  }

  bool counts(const SkipCondition& condition, std::size_t place) const {
    const auto& dose = facts_.history.doses[place];
    const Moment given(dose.date);
    return (condition.vaccines.empty() ||
            std::binary_search(condition.vaccines.begin(), condition.vaccines.end(), dose.cvx)) &&
           given.within(condition.start, condition.end) &&
           given.within(condition.ages, facts_.birth);
  }

  const Facts& facts_;
  const SeriesProgress& progress_;
  const Point& at_;
  const Moment& reference_;
};

}  // namespace

bool can_skip(const SeriesDose& rules, SkipContext context, const Facts& facts,
              const SeriesProgress& progress, const Point& at, const Moment& reference) {
  const Conditions conditions(facts, progress, at, reference);
  bool skipped = false;
  for (const auto& skip : rules.skips) {
    const bool applies = context == SkipContext::evaluation ? skip.in_evaluation : skip.in_forecast;
    if (applies && conditions.met(skip)) skipped = true;
  }
  return skipped;
}

}  // namespace projections::immunization
