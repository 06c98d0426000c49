// DocumentReference, Provenance (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::DocumentReferenceT& to);
void map(const Element& from, schema::ProvenanceT& to);

}  // namespace ingest::fhir
