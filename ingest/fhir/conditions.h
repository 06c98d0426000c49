// Condition, AllergyIntolerance (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::ConditionT& to);
void map(const Element& from, schema::AllergyIntoleranceT& to);

}  // namespace ingest::fhir
