// Of a patient's rows what is measured or follows from it: age, sex, weight, eGFR, pregnancy.
#pragma once

#include "query/checks/chart_facts.h"

namespace query::checks {

// The newest weight and eGFR that count, whatever their age (a card shows the day). An eGFR as
// sent and one from creatinine: the newer. None while the newest creatinine does not show
// kidney function. Pregnancy by conditions and LOINC 82810-3, whichever is newer.
events::Status read_measured(const PatientRead& read, events::Micros at, ChartFacts& to);

}  // namespace query::checks
