// Organization, Location (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::OrganizationT& to);
void map(const Element& from, schema::LocationT& to);

}  // namespace ingest::fhir
