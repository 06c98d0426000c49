// Screening cases that a nurse can judge, as text. One file has several:
//
//   scenario: mammography is due at forty
//   given born 1985-05-01 female
//   when  breast-cancer on 2025-05-01 then due; because not done yet
//
// `given born DATE [female|male]`; `given died [DATE]`; `given LIST [NUMBER] [on DATE] [until
// DATE]` by the name of a code list; before the list's name perhaps `diagnosis`, `ended
// diagnosis`, `declined` or `medical reason against`; `given smoking_stopped DATE on DATE`.
// DATE may be a year or a month. `given nothing` forgets all but the birth.
// `when RULE on DATE then STATE[; PART]…` with due, overdue, declined, done or changes DATE or
// never, because or missing TEXT, rests on TEXT.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "projections/prevention/screening/assessment.h"
#include "tests/projections/prevention/immunization_scenario.h"

namespace projections::screening::test {

using immunization::test::Scenario;

// What came out otherwise than said, one line each; empty: as said.
std::vector<std::string> play(const Scenario& scenario, const Rules& rules);

// All of an answer in one text, but not until when it holds.
std::string text_of(const Answer& answer);

}  // namespace projections::screening::test
