// The medication list as it stood at an earlier clinical time, of what is known of it. Not
// clinically reviewed.
#pragma once

#include "events/clinical_time.h"
#include "projections/medications.h"

namespace projections {

// What starts after `at` is not there; what has no start is. Whether a line's drug was taken then
// is what taking_of says of its resources: active where it says yes, may_still_be_taking for an
// unknown end, past for no; `because` is its reason. Plans, drafts, orders that were cancelled and
// what is not to be taken keep their state. A later death is left out. Doses are as the line's
// resources have them now; dose_changes says what they were. `now`: the end of what is known; a
// later `at` lies ahead of it.
MedicationReading medications_at(MedicationClaims found, const knowledge::Knowledge& known,
                                 MedicationScope scope, const events::ClinicalTime& at,
                                 events::Micros now);

}  // namespace projections
