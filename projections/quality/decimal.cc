#include "projections/quality/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace projections::quality {
namespace {

constexpr Int128 power_of_ten(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}
constexpr Int128 units_end = power_of_ten(36);  // 10^28, in units

std::optional<Int128> in_range(Int128 units) {
  if (units <= -units_end || units >= units_end) return std::nullopt;
  return units;
}
std::optional<Decimal> decimal_of(std::optional<Int128> units) {
  if (!units || !in_range(*units)) return std::nullopt;
  return Decimal::of_units(*units);
}

Int128 magnitude(Int128 value) { return value < 0 ? -value : value; }

// Digits with at most one point, without sign.
struct Digits {
  Int128 value = 0;
  int places = 0;
  bool rounds_up = false;  // the ninth place was five or more
  int places_written = 0;
};

std::optional<Digits> read_digits(std::string_view text) {
  Digits digits;
  bool point = false;
  bool any = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (point && ++digits.places_written > Decimal::places_max) {
      if (digits.places_written == Decimal::places_max + 1) digits.rounds_up = c >= '5';
      continue;
    }
    if (digits.value > units_end / 10) return std::nullopt;
    digits.value = digits.value * 10 + (c - '0');
    if (point) ++digits.places;
  }
  if (!any) return std::nullopt;
  return digits;
}

struct Signed {
  bool negative = false;
  std::string_view digits;
};
Signed split_sign(std::string_view text) {
  const bool sign = text.starts_with('-') || text.starts_with('+');
  return {text.starts_with('-'), text.substr(sign ? 1 : 0)};
}

std::optional<Decimal> from_digits(const Digits& digits, bool negative) {
  Int128 units = 0;
  if (__builtin_mul_overflow(digits.value, power_of_ten(Decimal::places_max - digits.places),
                             &units)) {
    return std::nullopt;
  }
  units += digits.rounds_up ? 1 : 0;
  if (!in_range(units)) return std::nullopt;
  return Decimal::of_units(negative ? -units : units, digits.places);
}

}  // namespace

Decimal Decimal::max() { return of_units(power_of_ten(28) - 1); }

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const auto [negative, rest] = split_sign(text);
  const auto digits = read_digits(rest);
  if (!digits || digits->places_written > places_max) return std::nullopt;
  return from_digits(*digits, negative);
}

std::optional<Decimal> Decimal::parse_rounded(std::string_view text) {
  if (text.find_first_of("eE") != std::string_view::npos) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return of_double(value);
  }
  const auto [negative, rest] = split_sign(text);
  const auto digits = read_digits(rest);
  if (!digits) return std::nullopt;
  return from_digits(*digits, negative);
}

std::optional<Decimal> Decimal::of_double(long double value) {
  const long double units = std::round(value * one);
  if (!std::isfinite(units) || std::fabs(units) >= 1e36L) return std::nullopt;
  return of_units(static_cast<Int128>(units));
}

std::int64_t Decimal::whole() const {
  const Int128 whole = units_ / one;
  return static_cast<std::int64_t>(std::clamp<Int128>(
      whole, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
}

std::string Decimal::to_text() const {
  std::string digits;  // the last first
  int place = 0;
  for (Int128 rest = magnitude(units_); rest > 0 || place <= places_max; rest /= 10, ++place) {
    if (place == places_max) digits += '.';
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  }
  if (units_ < 0) digits += '-';
  std::reverse(digits.begin(), digits.end());
  while (digits.ends_with('0') && !digits.ends_with(".0")) digits.pop_back();
  return digits;
}

std::optional<Decimal> Decimal::add(Decimal a, Decimal b) {
  return decimal_of(a.units_ + b.units_);  // two values in range never overflow 128 bits
}

// (ah·10^8 + al)(bh·10^8 + bl) / 10^8, as the whole product would need 256 bits.
std::optional<Decimal> Decimal::multiply(Decimal a, Decimal b) {
  const Int128 x = magnitude(a.units_);
  const Int128 y = magnitude(b.units_);
  const Int128 low = (x % one) * (y % one);
  Int128 high = 0;
  if (__builtin_mul_overflow(x / one, y, &high)) return std::nullopt;
  const Int128 units = high + (x % one) * (y / one) + (low + one / 2) / one;
  return decimal_of((a.units_ < 0) == (b.units_ < 0) ? units : -units);
}

std::optional<Decimal> Decimal::divide(Decimal a, Decimal b) {
  if (b.units_ == 0) return std::nullopt;
  const Int128 divisor = magnitude(b.units_);
  Int128 quotient = magnitude(a.units_) / divisor;
  Int128 rest = magnitude(a.units_) % divisor;
  if (quotient >= power_of_ten(28)) return std::nullopt;
  for (int place = 0; place < places_max; ++place) {
    rest *= 10;
    quotient = quotient * 10 + rest / divisor;
    rest %= divisor;
  }
  if (rest >= divisor - rest) ++quotient;
  return decimal_of((a.units_ < 0) == (b.units_ < 0) ? quotient : -quotient);
}

std::optional<Decimal> Decimal::truncated_divide(Decimal a, Decimal b) {
  if (b.units_ == 0 || magnitude(a.units_ / b.units_) >= power_of_ten(28)) return std::nullopt;
  return decimal_of(a.units_ / b.units_ * one);
}

std::optional<Decimal> Decimal::modulo(Decimal a, Decimal b) {
  if (b.units_ == 0) return std::nullopt;
  return of_units(a.units_ % b.units_);
}

Decimal Decimal::rounded(int places) const {
  if (places >= places_max) return *this;
  const Int128 step = power_of_ten(places_max - std::max(places, 0));
  const Int128 up = (magnitude(units_) + step / 2) / step * step;
  return of_units(units_ < 0 ? -up : up);
}

Decimal Decimal::floor() const {
  Int128 whole = units_ / one;
  if (units_ % one < 0) --whole;
  return of_units(whole * one);
}

}  // namespace projections::quality
