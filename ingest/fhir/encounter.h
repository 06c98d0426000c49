// Encounter (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::EncounterT& to);

}  // namespace ingest::fhir
