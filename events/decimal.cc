#include "events/decimal.h"

#include <algorithm>

namespace events {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits from the left while they last.
std::string take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  std::string digits(text.substr(0, n));
  text.remove_prefix(n);
  return digits;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::string multiply(std::string digits, std::uint32_t factor) {
  std::uint32_t carry = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    carry += static_cast<std::uint32_t>(*digit - '0') * factor;
    *digit = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  std::string high = carry > 0 ? std::to_string(carry) : std::string();
  return high.append(digits);
}

// `digits` ± 5, not below zero.
std::string add_five(std::string digits, bool subtract) {
  int carry = subtract ? -5 : 5;
  for (auto digit = digits.rbegin(); digit != digits.rend() && carry != 0; ++digit) {
    int sum = *digit - '0' + carry;
    carry = sum < 0 ? -1 : sum > 9 ? 1 : 0;
    sum -= carry * 10;
    *digit = static_cast<char>('0' + sum);
  }
  return carry > 0 ? std::string(1, '1').append(digits) : digits;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal value;
  value.negative_ = take_char(text, "-");
  const std::string whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  std::string fraction;
  if (take_char(text, ".")) {
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  value.digits_.append(whole).append(fraction);
  value.exponent_ = -static_cast<std::int64_t>(fraction.size());
  bool exponent_form = false;
  if (take_char(text, "eE")) {
    const bool down = !take_char(text, "+") && take_char(text, "-");
    const std::string power = take_digits(text);
    if (power.empty() || power.size() > 4) return std::nullopt;
    value.exponent_ += (down ? -1 : 1) * std::stoll(power);
    exponent_form = true;
  }
  if (!text.empty()) return std::nullopt;
  value.unit_ = value.exponent_ - (exponent_form && value.digits_.size() == 1 ? 1 : 0);
  value.normalize();
  return value;
}

void Decimal::normalize() {
  const auto first = digits_.find_first_not_of('0');
  if (first == std::string::npos) {
    digits_.clear();
    exponent_ = 0;
    return;
  }
  const auto last = digits_.find_last_not_of('0');
  exponent_ += static_cast<std::int64_t>(digits_.size() - 1 - last);
  digits_ = digits_.substr(first, last - first + 1);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.is_negative() != b.is_negative()) {
    return a.is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const Decimal& low = a.is_negative() ? b : a;
  const Decimal& high = a.is_negative() ? a : b;
  if (low.digits_.empty() || high.digits_.empty())
    return !low.digits_.empty() <=> !high.digits_.empty();
  if (low.magnitude() != high.magnitude()) return low.magnitude() <=> high.magnitude();
  // Without trailing zeros a shorter text that begins the other is the smaller number.
  return low.digits_.compare(high.digits_) <=> 0;
}

Decimal Decimal::times_tenths(std::uint32_t tenths) const {
  Decimal result = *this;
  result.digits_ = multiply(digits_, tenths);
  result.exponent_ -= 1;
  result.normalize();
  return result;
}

Decimal Decimal::moved_by_half_unit(int direction) const {
  Decimal result = *this;
  result.exponent_ = unit_ - 1;
  if (digits_.empty()) {
    result.negative_ = direction < 0;
    result.digits_.assign(1, '5');
    return result;
  }
  result.digits_.append(static_cast<std::size_t>(exponent_ - result.exponent_), '0');
  // A written number is zero or at least one unit away from it: half a unit less keeps its sign.
  result.digits_ = add_five(result.digits_, negative_ != (direction < 0));
  result.normalize();
  return result;
}

}  // namespace events
