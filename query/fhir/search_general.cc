#include "query/fhir/search_tables.h"

namespace query::fhir {
namespace {

// Types without a table of their own yet: only what schema::General holds without doubt.
using schema::General;
constexpr Parameter identifier{"identifier", token, take<&General::identifiers>};
constexpr Parameter encounter{"encounter", reference, take<&General::encounter>};

constexpr std::array about_patient{identifier, encounter,
                                   Parameter{"status", token, take<&General::status>}};
constexpr std::array adverse_event{identifier};
constexpr std::array family_history{identifier, Parameter{"status", token, take<&General::status>}};
constexpr std::array named{identifier, Parameter{"name", string, take<&General::name>}};
constexpr std::array named_with_status{identifier, Parameter{"name", string, take<&General::name>},
                                       Parameter{"status", token, take<&General::status>}};
constexpr std::array<std::string_view, 1> subject_only{"subject"};

}  // namespace

TypeTables general_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Endpoint, named_with_status, {}},
      TypeParameters{ResourceType::HealthcareService, named, {}},
      TypeParameters{ResourceType::Media, about_patient, patient_and_subject},
      TypeParameters{ResourceType::DeviceRequest, about_patient, patient_and_subject},
      TypeParameters{ResourceType::Communication, about_patient, patient_and_subject},
      TypeParameters{ResourceType::AdverseEvent, adverse_event, subject_only},
      TypeParameters{ResourceType::FamilyMemberHistory, family_history, patient_only},
      TypeParameters{ResourceType::Questionnaire, named_with_status, {}},
      TypeParameters{ResourceType::Task, about_patient, patient_and_subject},
      TypeParameters{ResourceType::ValueSet, named_with_status, {}},
  };
  return tables;
}

}  // namespace query::fhir
