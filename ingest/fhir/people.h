// Patient, Practitioner, PractitionerRole, RelatedPerson (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::PatientT& to);
void map(const Element& from, schema::PractitionerT& to);
void map(const Element& from, schema::PractitionerRoleT& to);
void map(const Element& from, schema::RelatedPersonT& to);

}  // namespace ingest::fhir
