#include "ingest/fhir/encounter.h"

namespace ingest::fhir {
namespace {

void participant(const Element& from, schema::ParticipantT& to) {
  from.get("type", to.role);
  from.get("individual", to.who);
  from.get("period", to.period);
}

}  // namespace

void map(const Element& from, schema::EncounterT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::encounter_status, Need::required);
  from.get("class", to.class_, Need::required);
  from.get("type", to.types);
  from.get("priority", to.priority);
  from.get("period", to.period);
  from.get("reasonCode", to.reasons);
  from.get("reasonReference", to.reason_references);
  from.each("participant", [&](const Element& at) {
    participant(at, *to.participants.emplace_back(std::make_unique<schema::ParticipantT>()));
  });
  from.each("location", [&](const Element& at) { at.add("location", to.locations); });
  from.get("serviceProvider", to.service_provider);
  if (const Element stay = from.object("hospitalization")) {
    stay.get("dischargeDisposition", to.discharge_disposition);
  }
  from.each("diagnosis", [&](const Element& at) { at.add("condition", to.diagnoses); });
}

}  // namespace ingest::fhir
