// UCUM, the unified code for units of measure (case sensitive), as far as measurements of
// people need it: atoms and prefixes of tables/units.tsv, products, quotients, exponents,
// parentheses and annotations. What is not UCUM is refused, never guessed.
//
//   parse_unit("mg/dL") → 10 g.m-3        parse_unit("year") → invalid, "write a (365.25 d) …"
//
// mol, eq, osm, [pH], [HPF] and every arbitrary unit ([iU] …) are dimensions of their own: a
// number of things, a charge and an amount never turn into each other by units alone.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "events/result.h"

namespace projections::trends {

using Dimension = std::map<std::string, int, std::less<>>;  // {{"g", 1}, {"m", -3}}: never zero

struct Unit {
  std::string code;
  long double factor = 1;  // of the product of its dimensions' base units
  long double shift = 0;   // degrees: (value + shift) * factor is the value in kelvin
  Dimension dimension;
};

// invalid: names what is not understood, and the code that was perhaps meant.
events::Result<Unit> parse_unit(std::string_view code);

// `value`, a value in `from`, in `to`. Both must have the same dimension.
long double convert_value(long double value, const Unit& from, const Unit& to);
// The same for digits as written. The same unit: as sent. A factor: digits as many as
// digits.h says. Degrees: as many decimals as sent. invalid: not a number, or the units
// measure different things.
events::Result<std::string> convert(std::string_view digits, const Unit& from, const Unit& to);

// "g.m-3"; "1" for a pure number.
std::string to_text(const Dimension& dimension);
Dimension power_of(const Dimension& dimension, int exponent);
Dimension product_of(const Dimension& a, const Dimension& b);

}  // namespace projections::trends
