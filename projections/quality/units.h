// Quantities in one unit: UCUM's by projections/trends/ucum.h, and the calendar's.
//
// A calendar's week, day, hour, minute, second and millisecond are UCUM's. Its year and month are
// 365 and 30 days where things are only equivalent, and neither equal nor comparable to UCUM's `a`
// and `mo`, which are averages (CQL 1.5, 2.3.3 Quantities).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/quality/value.h"

namespace projections::quality {

// A calendar's unit or UCUM's for time, as an operator on dates takes it: `d` and "days" are Day.
std::optional<Precision> time_unit(std::string_view unit);

// `quantity` in `unit`; nothing where they measure different things, or a unit is not UCUM.
std::optional<Decimal> value_in(const Quantity& quantity, std::string_view unit);
// The same, year and `a`, month and `mo` taken for one another.
std::optional<Decimal> roughly_in(const Quantity& quantity, std::string_view unit);

std::string product_unit(const std::string& a, const std::string& b);
std::string quotient_unit(const std::string& a, const std::string& b);

}  // namespace projections::quality
