#include <fmt/format.h>

#include <algorithm>

#include "projections/trends/derived.h"
#include "projections/trends/digits.h"
#include "projections/trends/growth_reference.h"

namespace projections::trends {
namespace {

constexpr long double standing_from_months = 24, charts_end_months = 240;

// One measurement of any of the series that growth looks at.
struct Measured {
  std::string_view measure;
  std::string when;
  std::optional<events::Micros> time;
  long double value = 0;
  std::string digits;
  std::vector<Input> inputs;
  std::string left_out;
};

std::vector<Measured> measured(std::string_view measure, const Trend& trend) {
  std::vector<Measured> all;
  for (const auto& point : trend.points) {
    if (point.sent.value.empty()) continue;
    Measured one{measure, point.sent.when,        point.time,    0,
                 "",      {input_of(point.sent)}, point.left_out};
    if (point.shown) {
      one.value = point.shown->value;
      one.digits = point.shown->digits;
    }
    all.push_back(std::move(one));
  }
  return all;
}

// Below 24 months children are measured lying: a height of then is a length.
std::string_view table_of(std::string_view measure, long double months) {
  return measure == "height" && months < standing_from_months ? "length" : measure;
}

// Tails beyond what a percentile says are said as bounds.
std::string percentile_text(long double percentile) {
  if (percentile < 0.1L) return "<0.1";
  if (percentile > 99.9L) return ">99.9";
  return rounded(percentile, 1);
}

// The value with its place among others, or why it has none.
void add(const Measured& one, const PatientFacts& facts, Derived& growth) {
  auto inputs = one.inputs;
  if (facts.patient) inputs.push_back(*facts.patient);
  const auto not_derived = [&](std::string reason) {
    growth.not_derived.push_back(
        {one.when, std::string(one.measure), std::move(reason), std::move(inputs)});
  };
  if (!one.left_out.empty()) return not_derived("the value does not count: " + one.left_out);
  if (!facts.birth) return not_derived("birth date is not known");
  const auto months = age_in_months(*facts.birth, one.when);
  if (!months) return not_derived("age is not known to the day");
  if (*months > charts_end_months) return;  // grown up: nothing is missing
  if (!facts.sex) return not_derived("sex is not recorded as male or female");
  const auto lms = growth_reference(table_of(one.measure, *months), *facts.sex, *months);
  if (!lms) return not_derived("CDC 2000 has no such measure at this age");
  if (!(one.value > 0)) return not_derived("the value is not above zero");
  const long double z_score = z_score_of(one.value, *lms);
  growth.values.push_back({one.when, *one.time, std::string(one.measure), one.digits, one.value,
                           rounded(z_score, 2), percentile_text(percentile_of(z_score)),
                           std::move(inputs)});
}

}  // namespace

Derived growth_of(const Trend& height, const Trend& length, const Trend& weight,
                  const Trend& head_circumference, const Derived& bmi, const PatientFacts& facts) {
  Derived growth;
  growth.name = "growth";
  growth.method =
      "z score and percentile for age and sex by L, M and S, between ages in a straight line; "
      "below "
      "24 months a height is taken as a length; CDC itself recommends WHO's charts there, whose "
      "tables are licensed and not here";
  growth.source = "CDC 2000 growth charts: Kuczmarski 2002, Vital Health Stat 11(246)";
  std::vector<Measured> all = measured("height", height);
  for (const auto& [measure, trend] : {std::pair{"length", &length}, std::pair{"weight", &weight},
                                       std::pair{"head_circumference", &head_circumference}}) {
    std::ranges::move(measured(measure, *trend), std::back_inserter(all));
  }
  for (const auto& value : bmi.values) {
    all.push_back({"bmi", value.when, value.time, value.value, value.digits, value.inputs, ""});
  }
  std::ranges::stable_sort(all, [](const Measured& a, const Measured& b) {
    return a.time.value_or(events::Micros::min()) > b.time.value_or(events::Micros::min());
  });
  for (const auto& one : all) add(one, facts, growth);
  return growth;
}

}  // namespace projections::trends
