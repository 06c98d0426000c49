// Intervals from earlier doses and events (logic specification 6.5, 6.6; CALCDTINT-1 to -9).
#pragma once

#include "projections/prevention/immunization/series_progress.h"

namespace projections::immunization {

// The day an interval is measured from, as seen from `at`; nothing if there is no such dose
// or event, and the interval then asks for nothing.
std::optional<Day> reference_date(const Interval& interval, const Facts& facts,
                                  const SeriesProgress& progress, const Point& at);

// Whether the dose given on `date` keeps all preferable or all allowable intervals. Adds
// too_soon or interval_grace_period to `reasons`.
bool keeps_intervals(const SeriesDose& rules, Day date, const Facts& facts,
                     const SeriesProgress& progress, const Point& at,
                     std::vector<DoseReason>& reasons);

}  // namespace projections::immunization
