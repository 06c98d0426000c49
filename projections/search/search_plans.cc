#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

using schema::CarePlan;
constexpr std::array care_plan{
    Parameter{"identifier", token, take<&CarePlan::identifiers>},
    Parameter{"activity-code", token,
              take_each<&CarePlan::activities, &schema::CarePlanActivity::code>},
    Parameter{"care-team", reference, take<&CarePlan::care_teams>},
    Parameter{"category", token, take<&CarePlan::categories>},
    Parameter{"condition", reference, take<&CarePlan::addresses>},
    Parameter{"date", date, take<&CarePlan::period>},
    Parameter{"encounter", reference, take<&CarePlan::encounter>},
    Parameter{"goal", reference, take<&CarePlan::goals>},
    Parameter{"intent", token, take<&CarePlan::intent>, "http://hl7.org/fhir/request-intent"},
    Parameter{"status", token, take<&CarePlan::status>, "http://hl7.org/fhir/request-status"},
    Parameter{"activity-date", date, more<"activity-date">},
    Parameter{"activity-reference", reference, more<"activity-reference">},
    Parameter{"based-on", reference, more<"based-on">},
    Parameter{"instantiates-canonical", reference, more<"instantiates-canonical">},
    Parameter{"part-of", reference, more<"part-of">},
    Parameter{"performer", reference, more<"performer">},
    Parameter{"replaces", reference, more<"replaces">},
    Parameter{"instantiates-uri", uri, more<"instantiates-uri">},
};

using schema::CareTeam;
constexpr std::array care_team{
    Parameter{"identifier", token, take<&CareTeam::identifiers>},
    Parameter{"category", token, take<&CareTeam::categories>},
    Parameter{"date", date, take<&CareTeam::period>},
    Parameter{"encounter", reference, take<&CareTeam::encounter>},
    Parameter{"participant", reference,
              take_each<&CareTeam::participants, &schema::Participant::who>},
    Parameter{"role", token, take_each<&CareTeam::participants, &schema::Participant::role>},
    Parameter{"status", token, take<&CareTeam::status>, "http://hl7.org/fhir/care-team-status"},
};

using schema::Goal;
constexpr std::array goal{
    Parameter{"identifier", token, take<&Goal::identifiers>},
    Parameter{"achievement-status", token, take<&Goal::achievement_status>},
    Parameter{"category", token, take<&Goal::categories>},
    Parameter{"description", token, take<&Goal::description>},
    Parameter{"lifecycle-status", token, take<&Goal::lifecycle_status>,
              "http://hl7.org/fhir/goal-status"},
    Parameter{"start-date", date, take<&Goal::start>},
    Parameter{"target-date", date, more<"target-date">},
};

using schema::ServiceRequest;
constexpr std::array service_request{
    Parameter{"identifier", token, take<&ServiceRequest::identifiers>},
    Parameter{"authored", date, take<&ServiceRequest::authored>},
    Parameter{"based-on", reference, take<&ServiceRequest::based_on>},
    Parameter{"body-site", token, take<&ServiceRequest::body_sites>},
    Parameter{"category", token, take<&ServiceRequest::categories>},
    Parameter{"code", token, take<&ServiceRequest::code>},
    Parameter{"encounter", reference, take<&ServiceRequest::encounter>},
    Parameter{"intent", token, take<&ServiceRequest::intent>, "http://hl7.org/fhir/request-intent"},
    Parameter{"occurrence", date,
              take<&ServiceRequest::occurrence, &ServiceRequest::occurrence_period>},
    Parameter{"performer", reference, take<&ServiceRequest::performers>},
    Parameter{"priority", token, take<&ServiceRequest::priority>,
              "http://hl7.org/fhir/request-priority"},
    Parameter{"requester", reference, take<&ServiceRequest::requester>},
    Parameter{"specimen", reference, take<&ServiceRequest::specimens>},
    Parameter{"status", token, take<&ServiceRequest::status>, "http://hl7.org/fhir/request-status"},
    Parameter{"instantiates-canonical", reference, more<"instantiates-canonical">},
    Parameter{"replaces", reference, more<"replaces">},
    Parameter{"instantiates-uri", uri, more<"instantiates-uri">},
    Parameter{"order-detail", token, more<"order-detail">},
    Parameter{"performer-type", token, more<"performer-type">},
    Parameter{"requisition", token, more<"requisition">},
};

}  // namespace

TypeTables plan_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::CarePlan, care_plan, patient_and_subject},
      TypeParameters{ResourceType::CareTeam, care_team, patient_and_subject},
      TypeParameters{ResourceType::Goal, goal, patient_and_subject},
      TypeParameters{ResourceType::ServiceRequest, service_request, patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
