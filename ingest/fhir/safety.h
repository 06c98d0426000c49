// DetectedIssue, List: what was found wrong with an order, and a list that was gone through (FHIR
// R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::DetectedIssueT& to);
void map(const Element& from, schema::ListT& to);

}  // namespace ingest::fhir
