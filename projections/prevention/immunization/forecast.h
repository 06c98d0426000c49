// What comes next in one series, and when (logic specification, chapter 7).
#pragma once

#include "projections/prevention/immunization/findings.h"
#include "projections/prevention/immunization/series_progress.h"

namespace projections::immunization {

enum class SeriesStatus {
  not_complete,
  complete,
  immune,
  contraindicated,
  not_recommended,
  aged_out,
};

struct Forecast {
  SeriesStatus status = SeriesStatus::not_complete;
  std::string reason;
  const SeriesDose* rules = nullptr;  // of the dose that comes next; nullptr: none
  int dose_number = 0;
  // Of a series that is not complete. Unadjusted dates tell when it would have been time;
  // the others never lie before `earliest`.
  std::optional<Day> earliest;
  std::optional<Day> unadjusted_recommended, recommended;
  std::optional<Day> unadjusted_past_due, past_due;  // the last day on which it is not overdue
  std::optional<Day> latest;
  bool overrides = false;            // each interval has priority
  std::vector<Cvx> vaccines;         // that the schedule wants named
  std::vector<Cvx> usable_vaccines;  // preferable, at this age, not contraindicated
  std::string missing;               // a date without which nothing can be said
};

// Marks in `progress` what is skipped from now on.
Forecast forecast(SeriesProgress& progress, const Facts& facts, const Immunity& immunity,
                  const Contraindications& contraindications, const Moment& moment);

const char* to_string(SeriesStatus status);

}  // namespace projections::immunization
