// The codes and words that made-up people are made of. Codes are facts of public
// terminologies (RxNorm by NLM, LOINC, SNOMED CT, CVX by CDC); names are invented.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ops::node::population {

struct Code {
  std::string_view code;
  std::string_view display;
};

struct Drug {
  std::string_view rxnorm;
  std::string_view display;
  std::string_view dose_text;
  int times_a_day;
  int dose_value;
  std::string_view dose_unit;
  Code route;
};

// A long-lasting problem: from `from_age` on, in `per_thousand` of people, treated with
// one drug of each step, followed by the labs named.
struct Chronic {
  Code code;
  int from_age;
  int per_thousand;
  std::array<std::string_view, 4>
      drugs;                             // RxNorm codes in the order they are tried; empty: no more
  std::array<std::string_view, 4> labs;  // LOINC codes
};

struct Acute {
  Code code;
  std::string_view drug;  // RxNorm, or empty
  int days;
};

struct Lab {
  std::string_view loinc;
  std::string_view display;
  std::string_view unit;  // UCUM
  std::int64_t mean;      // in units of 10^-decimals
  std::int64_t spread;
  int decimals;
  std::int64_t low, high;  // reference range
};

struct Vaccine {
  std::string_view cvx;
  std::string_view display;
  int from_age, every_years;  // 0: once
};

std::span<const Drug> drugs();
const Drug& drug(std::string_view rxnorm);
std::span<const Chronic> chronic_problems();
std::span<const Acute> acute_problems();
std::span<const Lab> labs();
const Lab& lab(std::string_view loinc);
std::span<const Vaccine> vaccines();
std::span<const Code> allergens();
std::span<const Code> allergic_reactions();
std::span<const std::string_view> female_names();
std::span<const std::string_view> male_names();
std::span<const std::string_view> family_names();
std::span<const std::string_view> towns();
std::span<const std::string_view> streets();

}  // namespace ops::node::population
