// A value as a CQL literal: for messages, and to compare with what CQL's own tests expect.
#pragma once

#include <string>

#include "projections/quality/value.h"

namespace projections::quality {

// null, 5L, 2.0, 'it\'s', @2014-01T, @T10:30, 5.0 'mg', Interval[1, 10), { 1, 2 },
// Tuple { id: 5 }, Code { code: '8480-6' }
std::string literal_text(const Value& value);

}  // namespace projections::quality
