// Holds a patient's doses against a series, one after another (logic specification 4.4,
// figure 4-6, and chapter 6).
#pragma once

#include "projections/prevention/immunization/series_progress.h"

namespace projections::immunization {

SeriesProgress evaluate(const Series& series, const Facts& facts);

}  // namespace projections::immunization
