// What a patient is recorded as allergic to, for checks.
#pragma once

#include "projections/safety/chart_facts.h"
#include "projections/safety/source.h"

namespace projections::safety {

// All but what was entered in error; inactive, resolved and refuted ones do not count. "None
// known" is a state and no allergy.
Status read_allergies(const ChartSource& source, ChartFacts& to);

}  // namespace projections::safety
