#include <cmath>

#include "projections/trends/derived.h"
#include "projections/trends/digits.h"
#include "projections/trends/statistics.h"

namespace projections::trends {
namespace {

constexpr int grown_from_years = 20;
constexpr long double days_apart_grown = 365, days_apart_growing = 7;

const Point* nearest(const Trend& trend, events::Micros time) {
  const Point* best = nullptr;
  for (const auto& point : trend.points) {
    if (!point.counts()) continue;
    const auto apart = [&](const Point& one) { return std::fabs(days_between(time, *one.time)); };
    if (best == nullptr || apart(point) < apart(*best)) best = &point;
  }
  return best;
}

long double days_apart_max(const PatientFacts& facts, const std::string& when) {
  if (!facts.birth) return days_apart_growing;
  const auto years = age_in_years(*facts.birth, when);
  return years && *years >= grown_from_years ? days_apart_grown : days_apart_growing;
}

}  // namespace

Input input_of(const SeriesValue& value) { return {"Observation", value.id, value.version}; }

Derived bmi_of(const Trend& weight, const Trend& height, const PatientFacts& facts) {
  Derived bmi;
  bmi.name = "bmi";
  bmi.unit = "kg/m2";
  bmi.method =
      "weight by the square of the height nearest in time: at most 365 days apart from 20 years "
      "on, 7 days below; one decimal";
  bmi.source = "WHO Technical Report Series 894 (2000), body mass index; not compared";
  for (const auto& point : weight.points) {
    if (!point.counts()) continue;
    const Point* stature = nearest(height, *point.time);
    const auto days = stature ? std::fabs(days_between(*point.time, *stature->time)) : 0;
    if (stature == nullptr || days > days_apart_max(facts, point.sent.when)) {
      bmi.not_derived.push_back(
          {point.sent.when, "", "no height near enough in time", {input_of(point.sent)}});
      continue;
    }
    if (!(stature->shown->value > 0) || !(point.shown->value > 0)) {
      bmi.not_derived.push_back({point.sent.when,
                                 "",
                                 "weight or height is not above zero",
                                 {input_of(point.sent), input_of(stature->sent)}});
      continue;
    }
    const long double metres = stature->shown->value / 100;
    DerivedValue value;
    value.when = point.sent.when;
    value.time = *point.time;
    value.value = point.shown->value / (metres * metres);
    value.digits = rounded(value.value, 1);
    value.inputs = {input_of(point.sent), input_of(stature->sent)};
    bmi.values.push_back(std::move(value));
  }
  return bmi;
}

}  // namespace projections::trends
