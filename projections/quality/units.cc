#include "projections/quality/units.h"

#include <algorithm>
#include <cctype>

#include "projections/trends/ucum.h"

namespace projections::quality {
namespace {

bool is_calendar_average(std::string_view unit) { return unit == "a" || unit == "mo"; }

std::optional<Precision> calendar_unit(std::string_view unit) {
  // "mo" and the like are UCUM's: a calendar's words are longer.
  return unit.size() > 2 ? parse_precision(unit) : std::nullopt;
}

std::string_view ucum_of(Precision unit) {
  switch (unit) {
    case Precision::week:
      return "wk";
    case Precision::day:
      return "d";
    case Precision::hour:
      return "h";
    case Precision::minute:
      return "min";
    case Precision::second:
      return "s";
    case Precision::millisecond:
      return "ms";
    default:
      return {};
  }
}

std::optional<Decimal> in_calendar(const Quantity& quantity, Precision from, Precision to) {
  if (from == to) return quantity.value;
  if (from == Precision::year && to == Precision::month)
    return Decimal::multiply(quantity.value, Decimal(12));
  if (from == Precision::month && to == Precision::year)
    return Decimal::divide(quantity.value, Decimal(12));
  return std::nullopt;
}

std::optional<Decimal> in_ucum(const Quantity& quantity, std::string_view from,
                               std::string_view to) {
  const auto source = trends::parse_unit(from.empty() ? "1" : from);
  const auto target = trends::parse_unit(to.empty() ? "1" : to);
  if (!source || !target || source->dimension != target->dimension) return std::nullopt;
  return Decimal::of_double(trends::convert_value(quantity.value.to_double(), *source, *target));
}

// A calendar's year or month in days, for equivalence; UCUM's code otherwise.
std::string rough_unit(std::string_view unit, Decimal& value) {
  const auto calendar = calendar_unit(unit);
  const bool year = calendar == Precision::year || unit == "a";
  const bool month = calendar == Precision::month || unit == "mo";
  if (!year && !month) return std::string(calendar ? ucum_of(*calendar) : unit);
  value = Decimal::multiply(value, Decimal(year ? 365 : 30)).value_or(value);
  return "d";
}

bool is_plain(const std::string& unit) {
  return std::all_of(unit.begin(), unit.end(),
                     [](unsigned char c) { return std::isalpha(c) != 0; });
}

}  // namespace

std::optional<Precision> time_unit(std::string_view unit) {
  if (const auto calendar = calendar_unit(unit)) return calendar;
  if (unit == "a") return Precision::year;
  if (unit == "mo") return Precision::month;
  for (int i = 0; i <= static_cast<int>(Precision::week); ++i) {
    const auto precision = static_cast<Precision>(i);
    if (!unit.empty() && ucum_of(precision) == unit) return precision;
  }
  return std::nullopt;
}

std::optional<Decimal> value_in(const Quantity& quantity, std::string_view unit) {
  if (quantity.unit == unit) return quantity.value;
  const auto from = calendar_unit(quantity.unit);
  const auto to = calendar_unit(unit);
  if (from && to && ucum_of(*from).empty() && ucum_of(*to).empty())
    return in_calendar(quantity, *from, *to);
  // A calendar's year has no UCUM code, and `a` no calendar's.
  if ((from && is_calendar_average(unit)) || (to && is_calendar_average(quantity.unit)))
    return std::nullopt;
  const auto source = from ? ucum_of(*from) : std::string_view(quantity.unit);
  const auto target = to ? ucum_of(*to) : unit;
  if ((from && source.empty()) || (to && target.empty())) return std::nullopt;
  return in_ucum(quantity, source, target);
}

std::optional<Decimal> roughly_in(const Quantity& quantity, std::string_view unit) {
  if (quantity.unit == unit) return quantity.value;
  Decimal value = quantity.value;
  Decimal one(1);
  const auto source = rough_unit(quantity.unit, value);
  const auto target = rough_unit(unit, one);
  const auto in_target = in_ucum({value, source}, source, target);
  return in_target ? Decimal::divide(*in_target, one) : std::nullopt;
}

std::string product_unit(const std::string& a, const std::string& b) {
  if (a == "1" || a.empty()) return b;
  if (b == "1" || b.empty()) return a;
  if (a == b && is_plain(a)) return a + "2";
  return a + "." + b;
}

std::string quotient_unit(const std::string& a, const std::string& b) {
  if (b == "1" || b.empty()) return a;
  if (a == b) return "1";
  const auto divisor = b.find_first_of("./") == std::string::npos ? b : "(" + b + ")";
  return (a.empty() ? "1" : a) + "/" + divisor;
}

}  // namespace projections::quality
