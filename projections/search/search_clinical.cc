#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

// R4: AllergyIntolerance.code | AllergyIntolerance.reaction.substance
void take_allergy_code(const schema::Facts& facts, Values& values) {
  take<&schema::AllergyIntolerance::code>(facts, values);
  take_each<&schema::AllergyIntolerance::reactions, &schema::Reaction::substance>(facts, values);
}

using schema::AllergyIntolerance;
constexpr std::array allergy_intolerance{
    Parameter{"identifier", token, take<&AllergyIntolerance::identifiers>},
    Parameter{"asserter", reference, take<&AllergyIntolerance::asserter>},
    Parameter{"category", token, take<&AllergyIntolerance::categories>,
              "http://hl7.org/fhir/allergy-intolerance-category"},
    Parameter{"clinical-status", token, take<&AllergyIntolerance::clinical_status>},
    Parameter{"code", token, take_allergy_code},
    Parameter{"criticality", token, take<&AllergyIntolerance::criticality>,
              "http://hl7.org/fhir/allergy-intolerance-criticality"},
    Parameter{"date", date, take<&AllergyIntolerance::recorded>},
    Parameter{"last-date", date, take<&AllergyIntolerance::last_occurrence>},
    Parameter{"manifestation", token,
              take_each<&AllergyIntolerance::reactions, &schema::Reaction::manifestation>},
    Parameter{"recorder", reference, take<&AllergyIntolerance::recorder>},
    Parameter{"severity", token,
              take_each<&AllergyIntolerance::reactions, &schema::Reaction::severity>,
              "http://hl7.org/fhir/reaction-event-severity"},
    Parameter{"type", token, take<&AllergyIntolerance::type>,
              "http://hl7.org/fhir/allergy-intolerance-type"},
    Parameter{"verification-status", token, take<&AllergyIntolerance::verification_status>},
    Parameter{"onset", date, more<"onset">},
    Parameter{"route", token, more<"route">},
};

using schema::Condition;
constexpr std::array condition{
    Parameter{"identifier", token, take<&Condition::identifiers>},
    Parameter{"abatement-date", date, take<&Condition::abatement, &Condition::abatement_period>},
    Parameter{"abatement-string", string, more<"abatement-string">},
    Parameter{"asserter", reference, take<&Condition::asserter>},
    Parameter{"body-site", token, take<&Condition::body_sites>},
    Parameter{"category", token, take<&Condition::categories>},
    Parameter{"clinical-status", token, take<&Condition::clinical_status>},
    Parameter{"code", token, take<&Condition::code>},
    Parameter{"encounter", reference, take<&Condition::encounter>},
    Parameter{"onset-date", date, take<&Condition::onset, &Condition::onset_period>},
    Parameter{"onset-info", string, more<"onset-info">},
    Parameter{"recorded-date", date, take<&Condition::recorded>},
    Parameter{"severity", token, take<&Condition::severity>},
    Parameter{"verification-status", token, take<&Condition::verification_status>},
    Parameter{"abatement-age", quantity, more<"abatement-age">},
    Parameter{"onset-age", quantity, more<"onset-age">},
    Parameter{"asserted-date", date, take<&Condition::asserted>},
    Parameter{"evidence", token, more<"evidence">},
    Parameter{"stage", token, more<"stage">},
    Parameter{"evidence-detail", reference, more<"evidence-detail">},
};

using schema::Immunization;
constexpr std::array immunization{
    Parameter{"identifier", token, take<&Immunization::identifiers>},
    Parameter{"date", date, take<&Immunization::occurrence>},
    Parameter{"location", reference, take<&Immunization::location>},
    Parameter{"lot-number", string, take<&Immunization::lot_number>},
    Parameter{"manufacturer", reference, take<&Immunization::manufacturer>},
    Parameter{"performer", reference, take<&Immunization::performers>},
    Parameter{"reason-code", token, take<&Immunization::reasons>},
    Parameter{"series", string, both<take<&Immunization::series>, more<"series">>},
    Parameter{"status", token, take<&Immunization::status>, "http://hl7.org/fhir/event-status"},
    Parameter{"status-reason", token, take<&Immunization::status_reason>},
    Parameter{"vaccine-code", token, take<&Immunization::vaccine>},
    Parameter{"reaction", reference, more<"reaction">},
    Parameter{"reason-reference", reference, more<"reason-reference">},
    Parameter{"reaction-date", date, more<"reaction-date">},
    Parameter{"target-disease", token, more<"target-disease">},
};

using schema::Procedure;
constexpr std::array procedure{
    Parameter{"identifier", token, take<&Procedure::identifiers>},
    Parameter{"based-on", reference, take<&Procedure::based_on>},
    Parameter{"category", token, take<&Procedure::category>},
    Parameter{"code", token, take<&Procedure::code>},
    Parameter{"date", date, take<&Procedure::performed, &Procedure::performed_period>},
    Parameter{"encounter", reference, take<&Procedure::encounter>},
    Parameter{"location", reference, take<&Procedure::location>},
    Parameter{"performer", reference, take<&Procedure::performers>},
    Parameter{"reason-code", token, take<&Procedure::reasons>},
    Parameter{"reason-reference", reference, take<&Procedure::reason_references>},
    Parameter{"status", token, take<&Procedure::status>, "http://hl7.org/fhir/event-status"},
    Parameter{"instantiates-canonical", reference, more<"instantiates-canonical">},
    Parameter{"part-of", reference, more<"part-of">},
    Parameter{"instantiates-uri", uri, more<"instantiates-uri">},
};

}  // namespace

TypeTables clinical_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::AllergyIntolerance, allergy_intolerance, patient_only},
      TypeParameters{ResourceType::Condition, condition, patient_and_subject},
      TypeParameters{ResourceType::Immunization, immunization, patient_only},
      TypeParameters{ResourceType::Procedure, procedure, patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
