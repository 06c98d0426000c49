// Whether a patient is one of those for whom a rule is, on a day.
#pragma once

#include "projections/prevention/immunization/moment.h"
#include "projections/prevention/screening/patient.h"

namespace projections::screening {

// A patient, looked at for one rule on one day. All must outlive it.
struct View {
  const Rules& rules;
  const Rule& rule;
  const Patient& patient;
  const immunization::Moment& moment;

  bool is_in(const Fact& fact, ListId list) const;
  // Its first possible day has come; a fact without a day is there.
  bool has_come(const Fact& fact) const { return !fact.on || moment.reached(fact.on->first); }
  // It holds: it has come, is no refusal, and did not end.
  bool holds(const Fact& fact, const Exclusion& how) const;
};

// The exclusion that takes the patient out, with the facts; nothing: none does.
struct Excluded {
  std::string reason;
  std::vector<std::string> rests_on;
};
std::optional<Excluded> excluded(const View& view);

enum class Decision { yes, no, not_known };

struct Needs {
  Decision decision = Decision::yes;
  std::vector<std::string> reasons;  // of yes and no
  std::vector<std::string> missing;  // of not_known
  std::vector<std::string> rests_on;
  std::optional<Day> since;  // from when the record says so
};
// All of the rule's needs together: one no is a no.
Needs needs_of(const View& view);

}  // namespace projections::screening
