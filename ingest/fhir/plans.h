// CarePlan, CareTeam, Goal, ServiceRequest, QuestionnaireResponse (FHIR R4).
#pragma once

#include "ingest/fhir/elements.h"

namespace ingest::fhir {

void map(const Element& from, schema::CarePlanT& to);
void map(const Element& from, schema::CareTeamT& to);
void map(const Element& from, schema::GoalT& to);
void map(const Element& from, schema::ServiceRequestT& to);
void map(const Element& from, schema::QuestionnaireResponseT& to);

}  // namespace ingest::fhir
