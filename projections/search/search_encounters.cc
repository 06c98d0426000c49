#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

// R4: Encounter.participant.individual.where(resolve() is Practitioner)
void take_practitioner(const schema::Facts& facts, Values& values) {
  const auto* encounter = facts.of_as_Encounter();
  if (encounter == nullptr || encounter->participants() == nullptr) return;
  for (const auto* participant : *encounter->participants()) {
    const auto* who = participant->who();
    if (who != nullptr && who->type() == ResourceType::Practitioner) values.add(who);
  }
}

using schema::Encounter;
constexpr std::array encounter_parameters{
    Parameter{"identifier", token, take<&Encounter::identifiers>},
    Parameter{"class", token, take<&Encounter::class_>},
    Parameter{"date", date, take<&Encounter::period>},
    Parameter{"diagnosis", reference, take<&Encounter::diagnoses>},
    Parameter{"discharge-disposition", token, take<&Encounter::discharge_disposition>},
    Parameter{"location", reference, take<&Encounter::locations>},
    Parameter{"participant", reference,
              take_each<&Encounter::participants, &schema::Participant::who>},
    Parameter{"participant-type", token,
              take_each<&Encounter::participants, &schema::Participant::role>},
    Parameter{"practitioner", reference, take_practitioner},
    Parameter{"reason-code", token, take<&Encounter::reasons>},
    Parameter{"reason-reference", reference, take<&Encounter::reason_references>},
    Parameter{"service-provider", reference, take<&Encounter::service_provider>},
    Parameter{"status", token, take<&Encounter::status>, "http://hl7.org/fhir/encounter-status"},
    Parameter{"type", token, take<&Encounter::types>},
    Parameter{"account", reference, more<"account">},
    Parameter{"appointment", reference, more<"appointment">},
    Parameter{"based-on", reference, more<"based-on">},
    Parameter{"episode-of-care", reference, more<"episode-of-care">},
    Parameter{"part-of", reference, more<"part-of">},
    Parameter{"length", quantity, more<"length">},
    Parameter{"location-period", date, more<"location-period">},
    Parameter{"special-arrangement", token, more<"special-arrangement">},
};

}  // namespace

TypeTables encounter_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Encounter, encounter_parameters, patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
