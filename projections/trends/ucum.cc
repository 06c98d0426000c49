#include "projections/trends/ucum.h"

#include <fmt/format.h>

#include "projections/trends/digits.h"

namespace projections::trends {

using events::Result;

long double convert_value(long double value, const Unit& from, const Unit& to) {
  return (value + from.shift) * (from.factor / to.factor) - to.shift;
}

Result<std::string> convert(std::string_view digits, const Unit& from, const Unit& to) {
  const auto sent = read_digits(digits);
  if (!sent) return events::invalid(fmt::format("\"{}\" is not a number", digits));
  if (from.code == to.code) return std::string(digits);
  if (from.dimension != to.dimension) {
    return events::invalid(fmt::format("{} measures {}, {} measures {}: they do not convert",
                                       from.code, to_text(from.dimension), to.code,
                                       to_text(to.dimension)));
  }
  const long double value = convert_value(sent->value, from, to);
  if (from.shift != 0 || to.shift != 0) return rounded(value, sent->decimals);
  if (from.factor == to.factor) return std::string(digits);
  return converted_digits(*sent, value, from.factor / to.factor);
}

std::string to_text(const Dimension& dimension) {
  std::string text;
  for (const auto& [base, exponent] : dimension) {
    if (!text.empty()) text += '.';
    text += base;
    if (exponent != 1) text += std::to_string(exponent);
  }
  return text.empty() ? "1" : text;
}

Dimension power_of(const Dimension& dimension, int exponent) {
  Dimension result;
  if (exponent == 0) return result;
  for (const auto& [base, power] : dimension) result[base] = power * exponent;
  return result;
}

Dimension product_of(const Dimension& a, const Dimension& b) {
  Dimension result = a;
  for (const auto& [base, power] : b) {
    if ((result[base] += power) == 0) result.erase(base);
  }
  return result;
}

}  // namespace projections::trends
