// Immunization cases that a nurse can judge, as text. One file has several:
//
//   scenario: the first dose of MMR counts from four days before the first birthday
//   # Measles 2-dose series, dose 1: absolute minimum age 12 months - 4 days.
//   given born 2024-03-10 female
//   when  dose 03 on 2025-03-05 for Measles then not valid: too young, vaccine at wrong age
//   when  MMR on 2025-03-10 then due; dose 1; earliest 2025-03-10
//
// `given born DATE [female|male] [in COUNTRY]`; `given dose CVX on DATE [WORD=VALUE…]` with
// mvx, volume, expires, condition=bad; `given observation CODE [on DATE] [until DATE]` by the
// schedule's own code; DATE may be a year or a month.
// `when dose CVX on DATE for ANTIGEN` asks what that dose would be worth were it given then;
// `when the dose of DATE for ANTIGEN` what one given before is worth.
// `when GROUP[, SERIES GROUP] on DATE [at risk]` asks for the answer of a vaccine group, of
// several for the first that is applicable; then the standing and what else is to hold: dose N,
// earliest, recommended, past due, latest or changes with DATE or never, series NAME,
// because, missing or guidance with TEXT, antigens A B, vaccines or usable with CVX CVX,
// shared decision. `absent`: the group has no such answer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "projections/prevention/immunization/assessment.h"

namespace projections::immunization::test {

struct Scenario {
  std::string name;
  std::vector<std::string> lines;
};
std::vector<Scenario> read_scenarios(const std::filesystem::path& file);

// What came out otherwise than said, one line each; empty: as said.
std::vector<std::string> play(const Scenario& scenario, const Schedule& schedule);

// All of an answer in one text, but not until when it holds.
std::string text_of(const GroupAnswer& answer);

}  // namespace projections::immunization::test
