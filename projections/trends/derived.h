// Series that are computed from others when they are read, never stored: each value names the
// resources that it rests on, and what could not be computed says why instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/trends/patient_facts.h"
#include "projections/trends/trend.h"

namespace projections::trends {

struct DerivedValue {
  std::string when;  // as sent with the newest of its inputs
  events::Micros time{};
  std::string measure;  // growth: height, weight …; else empty
  std::string digits;
  long double value = 0;            // before rounding
  std::string z_score, percentile;  // growth only
  std::vector<Input> inputs;
};

struct NotDerived {
  std::string when;
  std::string measure;
  std::string reason;
  std::vector<Input> inputs;
};

struct Derived {
  std::string name;    // bmi, egfr, growth
  std::string unit;    // UCUM; of growth: per measure
  std::string method;  // the rule in words
  std::string source;
  std::vector<DerivedValue> values;  // newest first
  std::vector<NotDerived> not_derived;
};

// Weight (kg) by the square of height (cm): of each weight and the height nearest in time, at
// most a year from it for adults, 7 days below 20 years (children grow) or if the age is not
// known. The limits are ours.
Derived bmi_of(const Trend& weight, const Trend& height, const PatientFacts& facts);

// CKD-EPI 2021 of each creatinine (mg/dL). A reason instead of a number: below 18 years, age or
// sex not known, a bound, and while the record shows dialysis, pregnancy or acute injury. A
// creatinine that is itself an acute rise (rules.h), or within 7 days after one, is acute injury.
Derived egfr_of(const Trend& creatinine, const PatientFacts& facts);

// The equation alone: mL/min/1.73 m2. `age` in completed years.
long double ckd_epi_2021(long double creatinine_mg_dl, int age, Sex sex);

// z score and percentile by CDC 2000 for age and sex: length and weight from birth, head
// circumference to 36 months, height, weight and BMI from 24 to 240 months.
Derived growth_of(const Trend& height, const Trend& length, const Trend& weight,
                  const Trend& head_circumference, const Derived& bmi, const PatientFacts& facts);

Input input_of(const SeriesValue& value);

}  // namespace projections::trends
