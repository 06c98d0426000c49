// The types that have no table of their own yet: Endpoint, HealthcareService, Media,
// DeviceRequest, Communication, AdverseEvent, FamilyMemberHistory, Questionnaire, Group,
// Task, ValueSet, Subscription (FHIR R4). general.cc has one line a type: which of its elements are
// what.
#pragma once

#include "events/resource_type.h"
#include "ingest/fhir/elements.h"

namespace ingest::fhir {

// CHECKs that `type` is one of the above.
void map(const Element& from, events::ResourceType type, schema::GeneralT& to);

}  // namespace ingest::fhir
