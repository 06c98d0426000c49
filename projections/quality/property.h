// Parts of values by name.
#pragma once

#include "projections/quality/value.h"

namespace projections::quality {

// Null: the value is null, or has no such part.
Value property_of(const Value& value, Name name);

}  // namespace projections::quality
