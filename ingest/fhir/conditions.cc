#include "ingest/fhir/conditions.h"

namespace ingest::fhir {
namespace {

void reaction(const Element& from, schema::ReactionT& to) {
  from.get("manifestation", to.manifestation, Need::required);
  from.code("severity", to.severity, codes::reaction_event_severity);
  from.get("substance", to.substance);
}

constexpr std::string_view asserted_date =
    "http://hl7.org/fhir/StructureDefinition/condition-assertedDate";

}  // namespace

void map(const Element& from, schema::ConditionT& to) {
  from.get("identifier", to.identifiers);
  from.get("clinicalStatus", to.clinical_status);
  from.get("verificationStatus", to.verification_status);
  from.get("category", to.categories);
  from.get("severity", to.severity);
  from.get("code", to.code);
  from.get("bodySite", to.body_sites);
  from.get("encounter", to.encounter);
  from.choice("onset", {"DateTime", "Age", "Period", "Range", "String"});
  from.get("onsetDateTime", to.onset);
  from.get("onsetPeriod", to.onset_period);
  for (const auto* name : {"onsetAge", "onsetRange", "onsetString"})
    from.words(name, to.onset_text);
  from.choice("abatement", {"DateTime", "Age", "Period", "Range", "String"});
  from.get("abatementDateTime", to.abatement);
  from.get("abatementPeriod", to.abatement_period);
  for (const auto* name : {"abatementAge", "abatementRange", "abatementString"})
    from.words(name, to.abatement_text);
  from.get("recordedDate", to.recorded);
  from.get("recorder", to.recorder);
  from.get("asserter", to.asserter);
  from.each("extension", [&](const Element& extension) {
    if (extension.value()["url"].string() == asserted_date)
      extension.get("valueDateTime", to.asserted);
  });
}

void map(const Element& from, schema::AllergyIntoleranceT& to) {
  from.get("identifier", to.identifiers);
  from.get("clinicalStatus", to.clinical_status);
  from.get("verificationStatus", to.verification_status);
  from.code("type", to.type, codes::allergy_intolerance_type);
  from.code("category", to.categories, codes::allergy_intolerance_category);
  from.code("criticality", to.criticality, codes::allergy_intolerance_criticality);
  from.get("code", to.code);
  from.get("encounter", to.encounter);
  from.choice("onset", {"DateTime", "Age", "Period", "Range", "String"});
  from.get("onsetDateTime", to.onset);
  if (const Element period = from.object("onsetPeriod")) period.get("start", to.onset);
  for (const auto* name : {"onsetAge", "onsetRange", "onsetString"})
    from.words(name, to.onset_text);
  from.get("recordedDate", to.recorded);
  from.get("recorder", to.recorder);
  from.get("asserter", to.asserter);
  from.get("lastOccurrence", to.last_occurrence);
  from.each("reaction", [&](const Element& at) {
    reaction(at, *to.reactions.emplace_back(std::make_unique<schema::ReactionT>()));
  });
}

}  // namespace ingest::fhir
