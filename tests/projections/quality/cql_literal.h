// CQL's literals as the specification's tests write their expected outputs.
#pragma once

#include <optional>
#include <string_view>

#include "projections/quality/value.h"

namespace projections::quality::test {

// Nothing: not a literal that is understood here.
std::optional<Value> parse_literal(std::string_view text);

// Same kind, same value, same precision: 1 is not 1.0, @2014 not @2014T, null is null. Offsets may
// differ where the instant is one, decimal places where the number is.
bool is_identical(const Value& a, const Value& b);

}  // namespace projections::quality::test
