// Of a patient's rows what is measured or follows from it: age, sex, weight, eGFR, pregnancy.
#pragma once

#include "projections/safety/chart_facts.h"
#include "projections/safety/source.h"

namespace projections::safety {

// The newest weight and eGFR that count, whatever their age (a card shows the day). An eGFR as
// sent and one from creatinine: the newer. None while the newest creatinine does not show
// kidney function. Pregnancy by conditions and LOINC 82810-3, whichever is newer.
Status read_measured(const ChartSource& source, events::Micros at, ChartFacts& to);

// A pregnancy that the record says goes on at `at` and that was known within the ten months before:
// what is older is not known. Nothing does not mean "not pregnant".
struct KnownPregnancy {
  knowledge::Pregnancy pregnancy;
  Recorded because;
};
Result<std::optional<KnownPregnancy>> pregnancy_at(const ChartSource& source, events::Micros at);

// Whether an Observation has a value that read_measured asks for. Cheap: most have none.
bool is_measured(const events::schema::Facts& facts);

}  // namespace projections::safety
