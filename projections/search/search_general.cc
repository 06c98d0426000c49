#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

// Types without a table of their own yet: what schema::General holds of them without
// doubt. Its fields mean another element in each type, see ingest/fhir/general.cc.
using schema::General;
constexpr Parameter identifier{"identifier", token, take<&General::identifiers>};
constexpr Parameter encounter{"encounter", reference, take<&General::encounter>};
constexpr Parameter status{"status", token, take<&General::status>};
constexpr Parameter name{"name", string, take<&General::name>};
constexpr Parameter code{"code", token, take<&General::code>};
constexpr Parameter category{"category", token, take<&General::categories>};
constexpr Parameter date_of{"date", date, take<&General::when>};

constexpr std::array adverse_event{Parameter{"actuality", token, take<&General::status>,
                                             "http://hl7.org/fhir/adverse-event-actuality"},
                                   category, date_of,
                                   Parameter{"event", token, take<&General::code>}};
constexpr std::array communication{identifier, category, encounter,
                                   Parameter{"sent", date, take<&General::when>}, status};
constexpr std::array device_request{
    identifier, Parameter{"authored-on", date, take<&General::when>}, code, encounter, status};
constexpr std::array endpoint{identifier, name,
                              Parameter{"payload-type", token, take<&General::categories>}, status};
constexpr std::array family_history{identifier, date_of,
                                    Parameter{"relationship", token, take<&General::code>}, status};
constexpr std::array healthcare_service{
    identifier, name, Parameter{"service-category", token, take<&General::categories>}};
constexpr std::array media{
    identifier, Parameter{"created", date, take<&General::when, &General::period>},
    encounter,  Parameter{"operator", reference, take<&General::actors>},
    status,     Parameter{"type", token, take<&General::code>}};
constexpr std::array questionnaire{identifier, date_of,
                                   Parameter{"effective", date, take<&General::period>}, status,
                                   Parameter{"title", string, take<&General::name>}};
constexpr std::array task{identifier,
                          Parameter{"authored-on", date, take<&General::when>},
                          code,
                          encounter,
                          Parameter{"period", date, take<&General::period>},
                          status,
                          Parameter{"based-on", reference, more<"based-on">},
                          Parameter{"business-status", token, more<"business-status">},
                          Parameter{"focus", reference, more<"focus">},
                          Parameter{"group-identifier", token, more<"group-identifier">},
                          Parameter{"intent", token, more<"intent">},
                          Parameter{"modified", date, more<"modified">},
                          Parameter{"owner", reference, more<"owner">},
                          Parameter{"part-of", reference, more<"part-of">},
                          Parameter{"performer", token, more<"performer">},
                          Parameter{"priority", token, more<"priority">},
                          Parameter{"requester", reference, more<"requester">}};
constexpr std::array subscription{Parameter{"criteria", string, take<&General::name>}, status};
constexpr std::array value_set{identifier, date_of, name, status};
constexpr std::array<std::string_view, 1> subject_only{"subject"};

}  // namespace

TypeTables general_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::AdverseEvent, adverse_event, subject_only},
      TypeParameters{ResourceType::Communication, communication, patient_and_subject},
      TypeParameters{ResourceType::DeviceRequest, device_request, patient_and_subject},
      TypeParameters{ResourceType::Endpoint, endpoint, {}},
      TypeParameters{ResourceType::FamilyMemberHistory, family_history, patient_only},
      TypeParameters{ResourceType::HealthcareService, healthcare_service, {}},
      TypeParameters{ResourceType::Media, media, patient_and_subject},
      TypeParameters{ResourceType::Questionnaire, questionnaire, {}},
      TypeParameters{ResourceType::Subscription, subscription, {}},
      TypeParameters{ResourceType::Task, task, patient_and_subject},
      TypeParameters{ResourceType::ValueSet, value_set, {}},
  };
  return tables;
}

}  // namespace projections::search
