// Patients and orders in a few words.
#pragma once

#include <string>
#include <vector>

#include "projections/knowledge/check.h"
#include "tests/projections/knowledge/shipped.h"

namespace projections::knowledge::test {

inline constexpr Day today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27};
inline Day days_ago(int days) { return today - std::chrono::days{days}; }
inline Day years_ago(int years) {
  return std::chrono::year_month_day{today} - std::chrono::years{years};
}

inline DrugFact drug(std::string shown) {
  DrugFact fact;
  fact.shown = std::move(shown);
  return fact;
}
inline DrugFact coded(std::string code, double units_a_day = 1) {
  const Product* product = shipped().product(code);
  DrugFact fact = drug(product ? product->display : "unknown code " + code);
  fact.codes = {code};
  fact.units_per_dose = 1;
  fact.times_a_day = units_a_day;
  return fact;
}
inline DrugFact mg(std::string shown, double daily) {
  DrugFact fact = drug(std::move(shown));
  fact.mg_per_dose = daily;
  fact.times_a_day = 1;
  return fact;
}
inline DrugFact by(Route route, DrugFact fact) {
  fact.route = route;
  return fact;
}
inline DrugFact stopped(std::optional<Day> day, DrugFact fact) {
  fact.ended = true;
  fact.end = day;
  return fact;
}

inline PatientFacts adult() {
  PatientFacts patient;
  patient.birth = years_ago(50);
  patient.sex = Sex::male;
  patient.egfr = Measured{90, days_ago(30)};
  patient.weight_kg = Measured{80, days_ago(30)};
  return patient;
}
inline PatientFacts taking(std::vector<DrugFact> drugs) {
  PatientFacts patient = adult();
  patient.drugs = std::move(drugs);
  return patient;
}
inline PatientFacts allergic(AllergyFact fact) {
  PatientFacts patient = adult();
  patient.allergies = {std::move(fact)};
  return patient;
}
inline AllergyFact allergy(std::string to) {
  AllergyFact fact;
  fact.shown = std::move(to);
  return fact;
}

inline CheckResult checked(const PatientFacts& patient, const std::vector<DrugFact>& orders) {
  return check(shipped(), patient, orders, today);
}
// "stop interaction onc-high-08" for each card.
std::vector<std::string> lines_of(const CheckResult& result);
std::vector<std::string> lines_of(const CheckResult& result, CardKind kind);

}  // namespace projections::knowledge::test
