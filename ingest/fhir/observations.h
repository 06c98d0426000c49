// Observation, DiagnosticReport, Specimen (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::ObservationT& to);
void map(const Element& from, schema::DiagnosticReportT& to);
void map(const Element& from, schema::SpecimenT& to);

}  // namespace ingest::fhir
