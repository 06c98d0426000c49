// Exact decimals, as FHIR writes them: the digits count, no binary fractions in between.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace events {

class Decimal {
 public:
  // A JSON number; nothing for other text, or an exponent beyond ±9999.
  static std::optional<Decimal> parse(std::string_view text);

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

  // Half a unit of the last digit written, below and above: 0.005 means [0.0045, 0.0055),
  // and 1e2 means [95, 105), as the specification's example has it (R4, search, number).
  Decimal implied_low() const { return moved_by_half_unit(-1); }
  Decimal implied_high() const { return moved_by_half_unit(+1); }
  // This times `tenths` / 10.
  Decimal times_tenths(std::uint32_t tenths) const;
  bool is_negative() const { return negative_ && !digits_.empty(); }

 private:
  Decimal moved_by_half_unit(int direction) const;
  void normalize();
  // Place of the first digit: 10^magnitude is above the value.
  std::int64_t magnitude() const { return exponent_ + static_cast<std::int64_t>(digits_.size()); }

  bool negative_ = false;
  std::string digits_;         // without leading or trailing zeros; empty is zero
  std::int64_t exponent_ = 0;  // of the last digit
  std::int64_t unit_ = 0;      // exponent of the last digit as written
};

}  // namespace events
