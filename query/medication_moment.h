// The medication list at the moment that a request asks about.
#pragma once

#include "projections/medications.h"
#include "query/as_of.h"

namespace query {

events::Result<projections::MedicationReading> medications_then(
    const PatientRead& read, const Moment& moment,
    const projections::knowledge::Knowledge& knowledge, projections::MedicationScope scope);

}  // namespace query
