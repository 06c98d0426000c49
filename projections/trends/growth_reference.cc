#include "projections/trends/growth_reference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "projections/trends/digits.h"
#include "projections/trends/table.h"

namespace projections::trends {
namespace {

struct Age {
  long double months;
  Lms lms;
};
using Curve = std::vector<Age>;  // by age
using Curves = std::map<std::pair<std::string_view, Sex>, Curve>;

long double number(std::string_view text) {
  const auto digits = read_digits(text);
  return digits ? digits->value : 0;
}

const Curves& curves() {
  static const auto all = [] {
    const auto table = built_in_table("growth");
    Curves made;
    for (std::size_t row = 0; row < table.size(); ++row) {
      const Sex sex = table.at(row, "sex") == "male" ? Sex::male : Sex::female;
      made[{table.at(row, "measure"), sex}].push_back(
          {number(table.at(row, "months")),
           {number(table.at(row, "l")), number(table.at(row, "m")), number(table.at(row, "s"))}});
    }
    return made;
  }();
  return all;
}

long double between(long double low, long double high, long double part) {
  return low + (high - low) * part;
}

}  // namespace

std::optional<Lms> growth_reference(std::string_view measure, Sex sex, long double months) {
  const auto found = curves().find({measure, sex});
  if (found == curves().end()) return std::nullopt;
  const auto& curve = found->second;
  if (months < curve.front().months || months > curve.back().months) return std::nullopt;
  const auto next =
      std::lower_bound(curve.begin(), curve.end(), months,
                       [](const Age& age, long double at) { return age.months < at; });
  if (next->months == months) return next->lms;
  const auto& before = *std::prev(next);
  const long double part = (months - before.months) / (next->months - before.months);
  return Lms{between(before.lms.l, next->lms.l, part), between(before.lms.m, next->lms.m, part),
             between(before.lms.s, next->lms.s, part)};
}

long double z_score_of(long double value, const Lms& lms) {
  if (lms.l == 0) return std::log(value / lms.m) / lms.s;
  return (std::pow(value / lms.m, lms.l) - 1) / (lms.l * lms.s);
}

long double percentile_of(long double z_score) {
  return 50 * std::erfc(-z_score / std::sqrt(2.0L));
}

}  // namespace projections::trends
