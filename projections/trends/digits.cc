#include "projections/trends/digits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "events/decimal.h"

namespace projections::trends {
namespace {

constexpr int exponent_max = 30;

// Below the last digit that long double holds, above the error of a few operations: a half
// that became 0.49999… on the way is still a half.
constexpr long double nudge = 1e-15L;

// Of the digit in front: 2 for 123, -1 for 0.123.
int magnitude_of(long double value) {
  return static_cast<int>(std::floor(std::log10(std::fabs(value) * (1 + nudge))));
}

}  // namespace

std::optional<Digits> read_digits(std::string_view text) {
  if (text.size() > 64 || !events::Decimal::parse(text)) return std::nullopt;
  Digits digits;
  const auto power = text.find_first_of("eE");
  const std::string mantissa(text.substr(0, power));
  int exponent = 0;
  if (power != text.npos) exponent = std::atoi(std::string(text.substr(power + 1)).c_str());
  if (std::abs(exponent) > exponent_max) return std::nullopt;
  digits.value = std::strtold(std::string(text).c_str(), nullptr);
  const auto point = mantissa.find('.');
  if (point != mantissa.npos) digits.decimals = static_cast<int>(mantissa.size() - point - 1);
  digits.decimals -= exponent;
  return digits;
}

std::string rounded(long double value, int decimals) {
  const long double unit = std::pow(10.0L, static_cast<long double>(-decimals));
  long double units = std::round(value / unit * (1 + nudge));
  if (units == 0) units = 0;  // no minus before a zero
  return fmt::format("{:.{}f}", units * unit, std::max(decimals, 0));
}

std::string rounded_to_significant(long double value, int digits) {
  if (value == 0) return "0";
  const int decimals = std::max(digits, 1) - 1 - magnitude_of(value);
  // 9.99 to two digits is 10, which has one place more in front.
  const long double unit = std::pow(10.0L, static_cast<long double>(-decimals));
  const long double up = std::round(value / unit * (1 + nudge)) * unit;
  return rounded(value,
                 up != 0 && magnitude_of(up) > magnitude_of(value) ? decimals - 1 : decimals);
}

std::string converted_digits(const Digits& sent, long double value, long double factor) {
  const long double last_digit = std::pow(10.0L, static_cast<long double>(-sent.decimals)) * factor;
  return rounded(value, -magnitude_of(last_digit));
}

}  // namespace projections::trends
