// "On drug X at time T": yes, no, or unknown end, with what it rests on. Nothing here is
// clinically reviewed.
#pragma once

#include <string>
#include <vector>

#include "events/clinical_time.h"
#include "projections/medications.h"

namespace projections {

enum class Taking : std::uint8_t { no, unknown_end, yes };
std::string_view to_string(Taking taking);  // `unknown_end` …

struct TakingAnswer {
  Taking taking = Taking::no;
  std::string because;
  DrugIdentity asked;                       // how the drug asked about was understood
  std::vector<std::string> contradictions;  // who says otherwise, and what denies itself
  std::vector<std::string> not_checkable;   // drugs of unknown names: each may be the one
  std::vector<MedicationClaim> rests_on;    // all resources about the drug, newest first
};

// `on`: a day (UTC) or an instant; a day is answered by any moment of it. `asked`: by code, or
// by name in `display`; an ingredient finds its salts and products, also those with more
// ingredients; route and release count where the drug asked about says them, strength never.
//
// What one resource says of T:
// - active, from its start to its end: yes. On hold, status unknown, fulfilled without end:
//   unknown end (on hold: yes up to the time at which it was last sent as active). Dispensed:
//   unknown end, since nobody says that it is taken;
// - stopped with an end: yes before it, no from it on. Stopped without: no from the time on that
//   the stop was sent; before that unknown end, but yes up to the time at which the resource
//   was last sent as active;
// - an end before the start: unknown end, until the stop was sent;
// - administered: yes at that time, else nothing. Plans, drafts and what was cancelled: nothing;
// - avoid, not taken: no, and a contradiction where others say yes.
// The strongest is the answer; after death it is no, and unknown end where the date of death
// is not recorded. `now`: what comes after it is unknown end, where it would be yes.
TakingAnswer taking_of(MedicationClaims found, const knowledge::Knowledge& known,
                       const Coded& asked, const events::ClinicalTime& on, events::Micros now);

}  // namespace projections
