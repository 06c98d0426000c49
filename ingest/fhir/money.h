// Claim, ExplanationOfBenefit, Coverage (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::ClaimT& to);
void map(const Element& from, schema::ExplanationOfBenefitT& to);
void map(const Element& from, schema::CoverageT& to);

}  // namespace ingest::fhir
