// The measures of the shared data (ecqm/): content, value sets.
#pragma once

#include <string_view>

#include "projections/quality/content.h"

namespace projections::quality::test {

// Read once; the data must be there.
const Content& deck();

// An Interval of the DateTimes from the first day's start to the last day's end, UTC.
Value period_of(std::string_view start, std::string_view end);

}  // namespace projections::quality::test
