// CQL's Decimal: exact, eight places after the point.
//
// The specification gives two ranges. Arithmetic goes to ±(10^28 - 10^-8) (CQL 1.5, 9.1.2
// Decimal); MinValue and MaxValue are ±(10^28 - 1) / 10^8 (ELM, MinValue). Both are kept.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace projections::quality {

__extension__ typedef __int128 Int128;

class Decimal {
 public:
  static constexpr int places_max = 8;
  static constexpr std::int64_t one = 100'000'000;  // units of 10^-8

  Decimal() = default;
  explicit Decimal(std::int64_t whole) : units_(Int128(whole) * one) {}
  static Decimal of_units(Int128 units, int places = places_max) { return {units, places}; }
  static Decimal max();
  static Decimal min() { return -max(); }

  // Nothing: not a number, more than eight places, out of range.
  static std::optional<Decimal> parse(std::string_view text);
  // The same, with further places rounded half away from zero, and exponents.
  static std::optional<Decimal> parse_rounded(std::string_view text);
  static std::optional<Decimal> of_double(long double value);

  Int128 units() const { return units_; }
  int places() const { return places_; }  // as written; 8 if computed
  std::int64_t whole() const;             // towards zero; saturates
  long double to_double() const { return static_cast<long double>(units_) / one; }
  bool is_zero() const { return units_ == 0; }
  // At least one place: 2.0, 3.33333333.
  std::string to_text() const;

  Decimal operator-() const { return {-units_, places_}; }
  // Nothing: out of range, or divided by zero.
  static std::optional<Decimal> add(Decimal a, Decimal b);
  static std::optional<Decimal> multiply(Decimal a, Decimal b);
  static std::optional<Decimal> divide(Decimal a, Decimal b);
  static std::optional<Decimal> truncated_divide(Decimal a, Decimal b);
  static std::optional<Decimal> modulo(Decimal a, Decimal b);
  // CQL's Round: half away from zero as to magnitude, -0.5 is -1 (the suite; the text of the
  // specification would have it 0).
  Decimal rounded(int places) const;
  Decimal floor() const;
  Decimal ceiling() const { return -(-*this).floor(); }

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    return a.units_ <=> b.units_;
  }
  friend bool operator==(const Decimal& a, const Decimal& b) { return a.units_ == b.units_; }

 private:
  Decimal(Int128 units, int places) : units_(units), places_(static_cast<std::int8_t>(places)) {}

  Int128 units_ = 0;
  std::int8_t places_ = places_max;
};

}  // namespace projections::quality
