// Measure/$care-gaps (DEQM, gaps in care reporting): where a patient is in a measure's denominator
// and lacks what the measure asks for.
#pragma once

#include "query/measures/asked.h"
#include "query/measures/reading.h"

namespace query::measures {

// periodStart, periodEnd of a period that is kept, status (open-gap, closed-gap; several), subject
// (without: all, up to 100), measureId, measureIdentifier or measureUrl (several; without: all).
// A Parameters with one Bundle (document) a patient. A measure whose direction is unclear has no
// gaps: nobody can say which side is meant.
events::Result<std::string> care_gaps(const Reading& reading, const ops::http::Request& request,
                                      const Asked& asked);

}  // namespace query::measures
