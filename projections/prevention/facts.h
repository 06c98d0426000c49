// What prevention asks of a patient, read from the typed fields of the chart: doses, refusals,
// diagnoses, tests and values, each named Type/id/version.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/prevention/immunization/patient.h"
#include "projections/prevention/screening/patient.h"
#include "projections/shard.h"

namespace events::schema {
struct Facts;
}

namespace projections {

// The schedule and the rules by which is decided; read once at start, they outlive all that
// refers to them.
struct PreventionRules {
  const immunization::Schedule& schedule;
  const screening::Rules& screenings;
};

// A vaccine not given: the patient declined, or there was a medical reason.
struct VaccineRefusal {
  std::string id;
  immunization::Cvx vaccine{};
  immunization::RecordedDate on;
  bool medical = false;
};

struct PreventionFacts {
  immunization::Patient immunizations;
  screening::Patient screenings;
  std::vector<VaccineRefusal> refusals;
};

// Adds what the resource says; of those that neither schedule nor rules speak of, nothing.
// Entered in error is nothing, nor are refuted and unconfirmed diagnoses. The sex is that at
// birth: gender alone says nothing of organs.
void add_prevention_facts(const PreventionRules& rules, const events::schema::Facts& facts,
                          std::string_view id, events::Version version, PreventionFacts& into);

// Of the chart's Patient, Condition, Procedure, Observation, DiagnosticReport, Immunization and
// AllergyIntolerance.
Result<PreventionFacts> prevention_facts(const ShardView& view, const events::StreamKey& stream,
                                         const PreventionRules& rules);

}  // namespace projections
