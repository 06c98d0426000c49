// Which vaccine was given, and how near to others (logic specification 6.7 to 6.9).
#pragma once

#include "projections/prevention/immunization/series_progress.h"

namespace projections::immunization {

// Whether the dose at `place` is one of the preferable or allowable vaccines. Adds why not.
bool is_right_vaccine(const SeriesDose& rules, std::size_t place, const Facts& facts,
                      std::vector<DoseReason>& reasons);

// Whether the dose at `place` came too close to an earlier one of any antigen. Doses that
// `progress` has found not valid keep others away for longer.
bool is_in_conflict(std::size_t place, const Facts& facts, const SeriesProgress& progress);

// The first day on which at least one of the preferable vaccines is not in conflict with any
// dose given; nothing if there is one that never was.
std::optional<Day> conflict_end(const SeriesDose& rules, const Facts& facts);

}  // namespace projections::immunization
