// Whether a dose of a series can be left out (logic specification 6.2, 7.1, 7.6).
#pragma once

#include "projections/prevention/immunization/series_progress.h"

namespace projections::immunization {

enum class SkipContext { evaluation, forecast };

// `reference` is the day the conditions are held against (CONDSKIP-2): that of the dose
// given, the day asked for, or the forecast's earliest day.
bool can_skip(const SeriesDose& rules, SkipContext context, const Facts& facts,
              const SeriesProgress& progress, const Point& at, const Moment& reference);

}  // namespace projections::immunization
