#include "ingest/fhir/plans.h"

namespace ingest::fhir {
namespace {

// An activity that is a resource of its own (`reference`) says nothing here.
void activity(const Element& from, schema::CarePlanT& to) {
  const Element detail = from.object("detail");
  if (!detail) return;
  schema::CarePlanActivityT& made =
      *to.activities.emplace_back(std::make_unique<schema::CarePlanActivityT>());
  detail.get("code", made.code);
  detail.code("status", made.status, codes::care_plan_activity_status, Need::required);
  detail.get("description", made.description);
  detail.get("location", made.location);
}

void care_team_participant(const Element& from, schema::ParticipantT& to) {
  from.get("role", to.role);
  from.get("member", to.who);
  from.get("period", to.period);
}

}  // namespace

void map(const Element& from, schema::CarePlanT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::request_status, Need::required);
  from.code("intent", to.intent, codes::care_plan_intent, Need::required);
  from.get("category", to.categories);
  from.get("title", to.title);
  from.get("description", to.description);
  from.get("encounter", to.encounter);
  from.get("period", to.period);
  from.get("created", to.created);
  from.get("author", to.author);
  from.get("careTeam", to.care_teams);
  from.get("addresses", to.addresses);
  from.get("goal", to.goals);
  from.each("activity", [&](const Element& at) { activity(at, to); });
}

void map(const Element& from, schema::CareTeamT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::care_team_status);
  from.get("category", to.categories);
  from.get("name", to.name);
  from.get("encounter", to.encounter);
  from.get("period", to.period);
  from.each("participant", [&](const Element& at) {
    care_team_participant(at,
                          *to.participants.emplace_back(std::make_unique<schema::ParticipantT>()));
  });
  from.get("reasonCode", to.reasons);
  from.get("managingOrganization", to.managing_organizations);
}

void map(const Element& from, schema::GoalT& to) {
  from.get("identifier", to.identifiers);
  from.code("lifecycleStatus", to.lifecycle_status, codes::goal_status, Need::required);
  from.get("achievementStatus", to.achievement_status);
  from.get("category", to.categories);
  from.get("priority", to.priority);
  from.get("description", to.description, Need::required);
  from.choice("start", {"Date", "CodeableConcept"});
  from.date("startDate", to.start);
  from.each("target", [&](const Element& target) {
    target.add("measure", to.targets);
    target.choice("due", {"Date", "Duration"});
    if (!to.target_due) target.date("dueDate", to.target_due);
  });
  from.date("statusDate", to.status_date);
  from.get("expressedBy", to.expressed_by);
  from.get("addresses", to.addresses);
}

void map(const Element& from, schema::ServiceRequestT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::request_status, Need::required);
  from.code("intent", to.intent, codes::request_intent, Need::required);
  from.get("category", to.categories);
  from.code("priority", to.priority, codes::request_priority);
  from.get("doNotPerform", to.do_not_perform);
  from.get("code", to.code);
  from.get("encounter", to.encounter);
  from.choice("occurrence", {"DateTime", "Period", "Timing"});
  from.get("occurrenceDateTime", to.occurrence);
  from.get("occurrencePeriod", to.occurrence_period);
  from.get("authoredOn", to.authored);
  from.get("requester", to.requester);
  from.get("performer", to.performers);
  from.get("reasonCode", to.reasons);
  from.get("reasonReference", to.reason_references);
  from.get("bodySite", to.body_sites);
  from.get("basedOn", to.based_on);
  from.get("specimen", to.specimens);
}

void map(const Element& from, schema::QuestionnaireResponseT& to) {
  from.get("identifier", to.identifier);
  from.code("status", to.status, codes::questionnaire_answers_status, Need::required);
  from.get("questionnaire", to.questionnaire);
  from.get("encounter", to.encounter);
  from.get("authored", to.authored);
  from.get("author", to.author);
  from.get("source", to.source);
  from.get("basedOn", to.based_on);
  from.get("partOf", to.part_of);
}

}  // namespace ingest::fhir
