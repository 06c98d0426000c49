#include <algorithm>
#include <cmath>

#include "projections/trends/derived.h"
#include "projections/trends/digits.h"
#include "projections/trends/rules.h"

namespace projections::trends {
namespace {

constexpr int ckd_epi_from_years = 18;
constexpr events::Micros acute_for = std::chrono::days(7);

// Why this creatinine has no eGFR; empty if it has. `inputs` gains what shows it.
std::string why_not(const Point& point, const PatientFacts& facts, std::optional<int> years,
                    const std::vector<Detected>& acute, std::vector<Input>& inputs) {
  if (is_bound(point.sent)) return "creatinine is a bound, not a value";
  if (!point.counts()) return "creatinine does not count: " + point.left_out;
  if (!(point.shown->value > 0)) return "creatinine is not above zero";
  if (!facts.birth) return "birth date is not known";
  if (!years) return "age is not known to the day";
  if (*years < ckd_epi_from_years) return "below 18 years; CKD-EPI 2021 is for adults";
  if (!facts.sex) return "sex is not recorded as male or female";
  struct Reason {
    const char *state, *text;
  };
  for (const auto& [state, text] :
       {Reason{"dialysis", "dialysis"}, Reason{"pregnancy", "pregnancy"},
        Reason{"acute_kidney_injury", "acute kidney injury in the record"}}) {
    if (const auto* found = facts.state_at(state, *point.time)) {
      inputs.push_back(found->because);
      return text;
    }
  }
  for (const auto& rise : acute) {
    if (rise.time <= *point.time && *point.time <= rise.time + acute_for) {
      return "creatinine rises acutely (" + rise.rule->id + ")";
    }
  }
  return {};
}

}  // namespace

// Inker 2021, N Engl J Med 385:1737; as kidney.org/ckd-epi-creatinine-equation-2021 prints it.
long double ckd_epi_2021(long double creatinine_mg_dl, int age, Sex sex) {
  const bool female = sex == Sex::female;
  const long double kappa = female ? 0.7L : 0.9L;
  const long double alpha = female ? -0.241L : -0.302L;
  const long double ratio = creatinine_mg_dl / kappa;
  return 142 * std::pow(std::min(ratio, 1.0L), alpha) * std::pow(std::max(ratio, 1.0L), -1.200L) *
         std::pow(0.9938L, static_cast<long double>(age)) * (female ? 1.012L : 1);
}

Derived egfr_of(const Trend& creatinine, const PatientFacts& facts) {
  Derived egfr;
  egfr.name = "egfr";
  egfr.unit = "mL/min/{1.73_m2}";
  egfr.method = "CKD-EPI 2021 from creatinine, age in completed years and sex; whole numbers";
  egfr.source =
      "Inker 2021, N Engl J Med 385:1737; equation read 2026-11-27 at "
      "kidney.org/ckd-epi-creatinine-equation-2021";
  const auto acute = acute_rises(creatinine, facts);
  for (const auto& point : creatinine.points) {
    if (point.sent.value.empty()) continue;
    std::vector<Input> inputs{input_of(point.sent)};
    if (facts.patient) inputs.push_back(*facts.patient);
    const auto years =
        facts.birth ? age_in_years(*facts.birth, point.sent.when) : std::optional<int>();
    auto reason = why_not(point, facts, years, acute, inputs);
    if (!reason.empty()) {
      egfr.not_derived.push_back({point.sent.when, "", std::move(reason), std::move(inputs)});
      continue;
    }
    DerivedValue value;
    value.when = point.sent.when;
    value.time = *point.time;
    value.value = ckd_epi_2021(point.shown->value, *years, *facts.sex);
    value.digits = rounded(value.value, 0);
    value.inputs = std::move(inputs);
    egfr.values.push_back(std::move(value));
  }
  return egfr;
}

}  // namespace projections::trends
