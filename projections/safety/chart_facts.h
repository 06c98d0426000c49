// From a patient's rows to what orders are checked against: the medication list with what
// ended lately, allergies, age, sex, weight, kidney function, pregnancy. Nothing is guessed:
// what the record does not say stays empty, and what could not be used is said.
#pragma once

#include <string>
#include <vector>

#include "projections/safety/drug_fact.h"
#include "projections/safety/source.h"

namespace projections::safety {

// The version of a resource that a fact was read from.
struct Recorded {
  std::string type, id;
  events::Version version;
};

// A drug that the record says not to take.
struct Avoided {
  knowledge::DrugFact fact;
  Recorded because;
};

struct ChartFacts {
  knowledge::PatientFacts patient;
  bool died = false;
  std::vector<Recorded> drugs;      // beside patient.drugs: the resource that decided
  std::vector<Recorded> allergies;  // beside patient.allergies
  std::vector<bool> not_of_drugs;   // beside patient.allergies: to food or surroundings only
  std::vector<Avoided> avoided;
  std::vector<Recorded> person, weight, egfr, pregnancy;  // empty: not recorded
  std::vector<std::string> not_checked;                   // sentences
};

// A stopped drug without a recorded end is over for wash-outs this long after it was last
// said to be stopped; no rule reaches further (tests/query/checks_test.cc).
inline constexpr std::chrono::days wash_out_max{120};
// Fulfilled or dispensed, no end recorded: taken still, if the newest order or dispense is
// not older. Ours, not clinically reviewed.
inline constexpr std::chrono::days supply_max{366};

// A recorded MedicationRequest that a draft changes: the draft counts instead. One that the
// draft ends is a drug that was stopped today, for its wash-out.
struct Redrafted {
  std::string id;
  bool ends = false;
};

// Of a deceased patient no drug counts as taken.
Result<ChartFacts> chart_facts(const ChartSource& source, const knowledge::Knowledge& by,
                               events::Micros at, const std::vector<Redrafted>& redrafted);

}  // namespace projections::safety
