#include "projections/prevention/immunization/forecast_dates.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/prevention/immunization/intervals.h"
#include "projections/prevention/immunization/vaccines.h"

namespace projections::immunization {
namespace {

constexpr std::chrono::days a_day{1};

bool in_force(const Validity& validity, const Moment& moment) {
  std::optional<Day> end;
  if (validity.cessation) end = *validity.cessation + a_day;
  return moment.within(validity.effective, end);
}

void take_later(std::optional<Day>& date, std::optional<Day> other) {
  if (other && (!date || *other > *date)) date = other;
}

// The dates that ages and intervals give: the latest of each kind.
struct CandidateDates {
  std::optional<Day> minimum_age, recommended_age, latest_age;
  std::optional<Day> minimum_interval, recommended_interval, latest_interval;
};

void add_ages(const SeriesDose& rules, Day birth, const Moment& moment, CandidateDates& dates) {
  const auto at = [birth](const std::optional<Span>& span) -> std::optional<Day> {
    if (!span) return std::nullopt;
    return birth + *span;
  };
  for (const auto& age : rules.ages) {
    if (!in_force(age.validity, moment)) continue;
    take_later(dates.minimum_age, at(age.minimum));
    take_later(dates.recommended_age, at(age.earliest_recommended));
    take_later(dates.latest_age, at(age.latest_recommended));
  }
}

void add_interval(const Interval& interval, Day from, CandidateDates& dates) {
  const auto after = [from](const std::optional<Span>& span) -> std::optional<Day> {
    if (!span) return std::nullopt;
    return from + *span;
  };
  take_later(dates.minimum_interval, after(interval.minimum));
  take_later(dates.recommended_interval, after(interval.earliest_recommended));
  take_later(dates.latest_interval, after(interval.latest_recommended));
}

// An interval from an event that is active but without a day leaves the forecast open.
std::string missing_event(const Interval& interval, const Schedule& schedule) {
  const auto* observation = schedule.observation(interval.observation);
  return fmt::format("date of: {}", observation ? observation->title : interval.observation_title);
}

// FORECASTDTCAN-1: not before the last dose of the series, inadvertent ones included.
std::optional<Day> last_dose(const Facts& facts) {
  if (facts.doses.empty()) return std::nullopt;
  return facts.history.doses[facts.doses.back()].date;
}

}  // namespace

std::optional<Day> maximum_age_date(const SeriesDose& rules, Day birth, const Moment& moment) {
  std::optional<Day> end;
  for (const auto& age : rules.ages) {
    if (age.maximum && in_force(age.validity, moment)) take_later(end, birth + *age.maximum);
  }
  return end;
}

void set_dates(Forecast& forecast, const Facts& facts, const SeriesProgress& progress,
               const Moment& moment) {
  const auto& rules = *forecast.rules;
  const Point now{facts.doses.size(), facts.history.doses.size()};
  CandidateDates dates;
  add_ages(rules, facts.birth, moment, dates);
  std::size_t overriding = 0;
  for (const auto& interval : rules.intervals) {
    overriding += interval.overrides;
    if (!in_force(interval.validity, moment)) continue;
    if (const auto from = reference_date(interval, facts, progress, now)) {
      add_interval(interval, *from, dates);
    } else if (interval.from == IntervalFrom::observation && !dates.minimum_age) {
      forecast.missing = missing_event(interval, facts.schedule);
    }
  }
  forecast.overrides = !rules.intervals.empty() && overriding == rules.intervals.size();

  auto earliest = dates.minimum_age;
  take_later(earliest, dates.minimum_interval);
  take_later(earliest, conflict_end(rules, facts));
  take_later(earliest, rules.season.start);
  take_later(earliest, last_dose(facts));
  forecast.earliest = earliest;
  const auto recommended =
      dates.recommended_age ? dates.recommended_age : dates.recommended_interval;
  forecast.unadjusted_recommended = recommended ? recommended : forecast.earliest;
  forecast.recommended = std::max(forecast.earliest, forecast.unadjusted_recommended);
  const auto latest = dates.latest_age ? dates.latest_age : dates.latest_interval;
  if (latest) {
    forecast.unadjusted_past_due = *latest - a_day;
    forecast.past_due = std::max(forecast.earliest, forecast.unadjusted_past_due);
  }
  const auto maximum = maximum_age_date(rules, facts.birth, moment);
  if (maximum) forecast.latest = *maximum - a_day;
}

}  // namespace projections::immunization
