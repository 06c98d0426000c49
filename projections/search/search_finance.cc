#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

using schema::Claim;
constexpr std::array claim{
    Parameter{"identifier", token, take<&Claim::identifiers>},
    Parameter{"created", date, take<&Claim::created>},
    Parameter{"encounter", reference, take<&Claim::encounters>},
    Parameter{"facility", reference, take<&Claim::facility>},
    Parameter{"insurer", reference, take<&Claim::insurer>},
    Parameter{"priority", token, take<&Claim::priority>},
    Parameter{"provider", reference, take<&Claim::provider>},
    Parameter{"status", token, take<&Claim::status>, "http://hl7.org/fhir/fm-status"},
    Parameter{"use", token, take<&Claim::use>, "http://hl7.org/fhir/claim-use"},
    Parameter{"care-team", reference, more<"care-team">},
    Parameter{"detail-udi", reference, more<"detail-udi">},
    Parameter{"enterer", reference, more<"enterer">},
    Parameter{"item-udi", reference, more<"item-udi">},
    Parameter{"payee", reference, more<"payee">},
    Parameter{"procedure-udi", reference, more<"procedure-udi">},
    Parameter{"subdetail-udi", reference, more<"subdetail-udi">},
};

using schema::Coverage;
constexpr std::array coverage{
    Parameter{"identifier", token, take<&Coverage::identifiers>},
    Parameter{"payor", reference, take<&Coverage::payors>},
    Parameter{"policy-holder", reference, take<&Coverage::policy_holder>},
    Parameter{"status", token, take<&Coverage::status>, "http://hl7.org/fhir/fm-status"},
    Parameter{"subscriber", reference, take<&Coverage::subscriber>},
    Parameter{"type", token, take<&Coverage::type>},
    Parameter{"class-type", token, more<"class-type">},
    Parameter{"class-value", string, more<"class-value">},
    Parameter{"dependent", string, more<"dependent">},
};

using schema::ExplanationOfBenefit;
constexpr std::array explanation_of_benefit{
    Parameter{"identifier", token, take<&ExplanationOfBenefit::identifiers>},
    Parameter{"care-team", reference, take<&ExplanationOfBenefit::care_team>},
    Parameter{"claim", reference, take<&ExplanationOfBenefit::claim>},
    Parameter{"coverage", reference, take<&ExplanationOfBenefit::coverages>},
    Parameter{"created", date, take<&ExplanationOfBenefit::created>},
    Parameter{"encounter", reference, take<&ExplanationOfBenefit::encounters>},
    Parameter{"facility", reference, take<&ExplanationOfBenefit::facility>},
    Parameter{"provider", reference, take<&ExplanationOfBenefit::provider>},
    Parameter{"status", token, take<&ExplanationOfBenefit::status>,
              "http://hl7.org/fhir/explanationofbenefit-status"},
    Parameter{"detail-udi", reference, more<"detail-udi">},
    Parameter{"enterer", reference, more<"enterer">},
    Parameter{"item-udi", reference, more<"item-udi">},
    Parameter{"payee", reference, more<"payee">},
    Parameter{"procedure-udi", reference, more<"procedure-udi">},
    Parameter{"subdetail-udi", reference, more<"subdetail-udi">},
    Parameter{"disposition", string, more<"disposition">},
};

using schema::Provenance;
constexpr std::array provenance{
    Parameter{"agent", reference, take_each<&Provenance::agents, &schema::ProvenanceAgent::who>},
    Parameter{"agent-type", token, take_each<&Provenance::agents, &schema::ProvenanceAgent::type>},
    Parameter{"entity", reference, take<&Provenance::entities>},
    Parameter{"location", reference, take<&Provenance::location>},
    Parameter{"recorded", date, take<&Provenance::recorded>},
    Parameter{"target", reference, take<&Provenance::targets>},
    Parameter{"when", date, take<&Provenance::occurred>},
    Parameter{"agent-role", token, more<"agent-role">},
    Parameter{"signature-type", token, more<"signature-type">},
};

}  // namespace

TypeTables finance_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Claim, claim, patient_only},
      TypeParameters{ResourceType::Coverage, coverage, patient_and_beneficiary},
      TypeParameters{ResourceType::ExplanationOfBenefit, explanation_of_benefit, patient_only},
      TypeParameters{ResourceType::Provenance, provenance, patient_only},
  };
  return tables;
}

}  // namespace projections::search
