// Numbers as people wrote them, and how many digits of a computed one may be shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace projections::trends {

// A JSON number and how exactly it was written: 5.20 has two decimals, 100 none, 1e2 minus two.
struct Digits {
  long double value = 0;
  int decimals = 0;
};
// Nothing for other text, and for numbers no measurement has (beyond 1e±30).
std::optional<Digits> read_digits(std::string_view text);

// Half away from zero; plain digits without exponent, trailing zeros kept. Negative decimals
// round to tens, hundreds …
std::string rounded(long double value, int decimals);
std::string rounded_to_significant(long double value, int digits);
// `value` is `sent` times `factor`. The last digit shown is worth at most what the last digit sent
// was worth, and more than a tenth of it: nothing that was known is lost, no digit is invented
// (NIST SP 811, B.7.2: 36 ft, known to a foot, are 11.0 m; as 11 m less would be known than was).
std::string converted_digits(const Digits& sent, long double value, long double factor);

}  // namespace projections::trends
