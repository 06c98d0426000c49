// Points for series of one group that are alike so far (logic specification 8.3 to 8.7).
#pragma once

#include "projections/prevention/immunization/selection.h"

namespace projections::immunization {

using Candidates = std::vector<PatientSeries*>;  // never null; scorable, of one series group

bool is_complete(const PatientSeries& series);
bool is_in_process(const PatientSeries& series);
std::size_t valid_doses(const PatientSeries& series);

// The one with most points, then the best preference. `candidates` is not empty.
PatientSeries& highest_scored(const Candidates& candidates, const Facts& facts);

}  // namespace projections::immunization
