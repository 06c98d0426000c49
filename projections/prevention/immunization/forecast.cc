#include "projections/prevention/immunization/forecast.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/prevention/immunization/conditional_skip.h"
#include "projections/prevention/immunization/forecast_dates.h"

namespace projections::immunization {
namespace {

Forecast ended(SeriesStatus status, std::string reason) {
  Forecast forecast;
  forecast.status = status;
  forecast.reason = std::move(reason);
  return forecast;
}

// Table 7-7: each vaccine that the series prefers has a contraindication.
bool is_contraindicated(const Series& series, const Contraindications& against) {
  if (against.whole_antigen) return true;
  if (against.vaccines.empty()) return false;
  bool any = false;
  for (const auto& dose : series.doses) {
    for (const auto& vaccine : dose.preferable) {
      if (!against.against(vaccine.cvx)) return false;
      any = true;
    }
  }
  return any;
}

// 7.1 and figure 7-1: the first target that cannot be skipped on the day asked for.
void skip_ahead(SeriesProgress& progress, const Facts& facts, const Moment& reference) {
  const Point now{facts.doses.size(), facts.history.doses.size()};
  while (progress.current < progress.targets.size()) {
    auto& target = progress.targets[progress.current];
    if (!can_skip(*target.rules, SkipContext::forecast, facts, progress, now, reference)) return;
    target.status = TargetStatus::skipped;
    ++progress.current;
  }
}

// FORECASTDN-1.
int dose_number(const SeriesProgress& progress, const Facts& facts, const Season& season) {
  int satisfied = 0;
  for (const auto& target : progress.targets) {
    if (target.status != TargetStatus::satisfied) continue;
    satisfied += !season.start || facts.history.doses[target.satisfied_by].date >= *season.start;
  }
  return satisfied + 1;
}

void add_vaccine(std::vector<Cvx>& vaccines, Cvx vaccine) {
  if (std::find(vaccines.begin(), vaccines.end(), vaccine) == vaccines.end())
    vaccines.push_back(vaccine);
}

// FORECASTRECVAC-1. Without a date the dose can be given on the day asked for.
void set_vaccines(Forecast& forecast, Day birth, const Contraindications& against,
                  const Moment& moment) {
  const auto fits = [&](const Ages& ages, std::optional<Day> date) {
    return date ? Moment(*date).within(ages, birth) : moment.within(ages, birth);
  };
  for (const auto& vaccine : forecast.rules->preferable) {
    if (against.against(vaccine.cvx)) continue;
    if (!fits(vaccine.ages, forecast.earliest) && !fits(vaccine.ages, forecast.recommended))
      continue;
    add_vaccine(forecast.usable_vaccines, vaccine.cvx);
    if (vaccine.forecast) add_vaccine(forecast.vaccines, vaccine.cvx);
  }
}

std::optional<Forecast> season_over(const Season& season, const Moment& moment) {
  if (!season.end || !moment.reached(*season.end + std::chrono::days{1})) return std::nullopt;
  return ended(SeriesStatus::not_recommended,
               fmt::format("the season's recommendation ended on {}", to_text(*season.end)));
}

// Table 7-10, in the order of its columns, for what does not depend on dates; but of a dose
// that recurs each season the end of the season comes first: last season's dose must not
// stand for this one's.
std::optional<Forecast> no_need(const SeriesProgress& progress, const Immunity& immunity,
                                const Contraindications& against, const Moment& moment) {
  const auto& last = progress.series->doses.back();
  if (auto over = season_over(last.season, moment); over && last.recurring) return over;
  if (progress.current >= progress.targets.size()) {
    if (progress.count(TargetStatus::satisfied) > 0)
      return ended(SeriesStatus::complete, "the series is complete");
    return ended(SeriesStatus::not_recommended,
                 "not recommended at this time because of age or doses given");
  }
  if (immunity.immune) return ended(SeriesStatus::immune, "the patient has evidence of immunity");
  if (is_contraindicated(*progress.series, against))
    return ended(SeriesStatus::contraindicated, "the patient has a contraindication");
  return std::nullopt;
}

// The rest of table 7-10.
std::optional<Forecast> too_late(const Forecast& forecast, Day birth, const Moment& moment) {
  if (auto over = season_over(forecast.rules->season, moment)) return over;
  const auto maximum = maximum_age_date(*forecast.rules, birth, moment);
  if (maximum && moment.reached(*maximum))
    return ended(SeriesStatus::aged_out, "the patient has passed the maximum age");
  if (maximum && forecast.earliest && *forecast.earliest >= *maximum)
    return ended(SeriesStatus::aged_out,
                 "the patient cannot finish the series before the maximum age");
  return std::nullopt;
}

}  // namespace

Forecast forecast(SeriesProgress& progress, const Facts& facts, const Immunity& immunity,
                  const Contraindications& contraindications, const Moment& moment) {
  skip_ahead(progress, facts, moment);
  while (true) {
    if (auto none = no_need(progress, immunity, contraindications, moment)) return *none;
    Forecast forecast;
    forecast.rules = progress.targets[progress.current].rules;
    set_dates(forecast, facts, progress, moment);
    // 7.6: a dose that will not be needed on the day it could be given is skipped already now.
    const auto before = progress.current;
    if (forecast.earliest && !moment.reached(*forecast.earliest))
      skip_ahead(progress, facts, Moment(*forecast.earliest));
    if (progress.current != before) continue;
    if (auto none = too_late(forecast, facts.birth, moment)) return *none;
    forecast.reason = "the next dose of the series";
    forecast.dose_number = dose_number(progress, facts, forecast.rules->season);
    set_vaccines(forecast, facts.birth, contraindications, moment);
    return forecast;
  }
}

const char* to_string(SeriesStatus status) {
  switch (status) {
    case SeriesStatus::not_complete:
      return "not complete";
    case SeriesStatus::complete:
      return "complete";
    case SeriesStatus::immune:
      return "immune";
    case SeriesStatus::contraindicated:
      return "contraindicated";
    case SeriesStatus::not_recommended:
      return "not recommended";
    case SeriesStatus::aged_out:
      return "aged out";
  }
  return "";
}

}  // namespace projections::immunization
