// Procedure, Immunization, Device, ImagingStudy, SupplyDelivery (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::ProcedureT& to);
void map(const Element& from, schema::ImmunizationT& to);
void map(const Element& from, schema::DeviceT& to);
void map(const Element& from, schema::ImagingStudyT& to);
void map(const Element& from, schema::SupplyDeliveryT& to);

}  // namespace ingest::fhir
