// The dates of a dose that comes next (logic specification 7.5, FORECASTDT-1 to -6).
#pragma once

#include "projections/prevention/immunization/forecast.h"

namespace projections::immunization {

// Fills the dates, `missing` and `overrides` of `forecast` for its `rules`.
void set_dates(Forecast& forecast, const Facts& facts, const SeriesProgress& progress,
               const Moment& moment);

// The maximum age's day in force for that dose, if it has one: it is no longer given then.
std::optional<Day> maximum_age_date(const SeriesDose& rules, Day birth, const Moment& moment);

}  // namespace projections::immunization
