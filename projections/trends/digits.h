// Numbers as people wrote them, and how many digits of a computed one may be shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace projections::trends {

// A JSON number and how exactly it was written: 5.20 has two decimals and three significant
// digits, 100 three, 1e2 one and minus two decimals. A zero has no significant digits.
struct Digits {
  long double value = 0;
  int decimals = 0;
  int significant = 0;
};
// Nothing for other text, and for numbers no measurement has (beyond 1e±30).
std::optional<Digits> read_digits(std::string_view text);

// Half away from zero; plain digits without exponent, trailing zeros kept. Negative decimals
// round to tens, hundreds …
std::string rounded(long double value, int decimals);
std::string rounded_to_significant(long double value, int digits);
// 1 to 9: the first digit that is not zero; 0 for zero.
int leading_digit(long double value);

// `value` is `sent` times a factor. As many digits as were sent, one more where the leading
// digit becomes smaller, so that rounding loses nothing that was known and claims nothing that
// was not (NIST SP 811, B.7.2: 36 ft are 11.0 m; the rule in words: NIST SP 1038, 4.4).
std::string converted_digits(const Digits& sent, long double value);

}  // namespace projections::trends
