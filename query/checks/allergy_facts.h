// What a patient is recorded as allergic to, for checks.
#pragma once

#include "query/checks/chart_facts.h"

namespace query::checks {

// All but what was entered in error; inactive, resolved and refuted ones do not count. "None
// known" is a state and no allergy.
events::Status read_allergies(const PatientRead& read, ChartFacts& to);

}  // namespace query::checks
