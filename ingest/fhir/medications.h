// Medication and what is said of it: ordered, taken, dispensed, given (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::MedicationT& to);
void map(const Element& from, schema::MedicationRequestT& to);
void map(const Element& from, schema::MedicationStatementT& to);
void map(const Element& from, schema::MedicationDispenseT& to);
void map(const Element& from, schema::MedicationAdministrationT& to);

}  // namespace ingest::fhir
