#include <gtest/gtest.h>

#include "query/fhir/match.h"
#include "tests/query/fhir_facts.h"

namespace query::fhir {
namespace {

using namespace testing;  // NOLINT: facts in a line
using schema::ResourceType;

constexpr auto no_update = [] { return events::KnownTime{}; };
const CriteriaContext context{
    "http://localhost", events::KnownTime(std::chrono::sys_days(std::chrono::year(2025) / 1 / 1))};

bool found(const PackedFacts& facts, const std::string& parameter, const std::string& value) {
  const auto colon = parameter.find(':');
  const auto* table = search_table(facts->type());
  EXPECT_NE(table, nullptr);
  const Parameter* known = find_parameter(*table, parameter.substr(0, colon));
  EXPECT_NE(known, nullptr) << parameter;
  if (known == nullptr) return false;
  const auto criterion = parse_criterion(
      *known, colon == std::string::npos ? "" : parameter.substr(colon + 1), value, context);
  EXPECT_TRUE(criterion.has_value()) << (criterion ? "" : criterion.error().message);
  Values values;
  return criterion && meets(facts.get(), *criterion, values, no_update);
}

struct Case {
  const char* parameter;
  const char* value;
  bool expected;
};
void expect_all(const PackedFacts& facts, std::initializer_list<Case> cases) {
  for (const Case& each : cases)
    EXPECT_EQ(found(facts, each.parameter, each.value), each.expected)
        << each.parameter << "=" << each.value;
}

TEST(FhirMatch, TokensAreFoundByCodeBySystemOrByBoth) {
  const auto facts = facts_of<schema::ConditionT>(ResourceType::Condition, [](auto& condition) {
    condition.code = concept_of("http://snomed.info/sct", "44054006", "Diabetes mellitus type 2",
                                "Type 2, diet");
    condition.clinical_status = concept_of("", "Active");
    condition.identifiers.push_back(identifier_of("urn:ids", "Ab1"));
  });
  expect_all(facts, {
                        {"code", "44054006", true},
                        {"code", "http://snomed.info/sct|44054006", true},
                        {"code", "http://snomed.info/sct|", true},
                        {"code", "http://loinc.org|44054006", false},
                        {"code", "http://loinc.org|", false},
                        {"code", "|44054006", false},
                        {"code", "1,44054006", true},
                        {"code", "1,2", false},
                        {"clinical-status", "active", true},
                        {"clinical-status", "|ACTIVE", true},
                        {"identifier", "urn:ids|Ab1", true},
                        {"identifier", "urn:ids|ab1", false},
                        {"identifier", "Ab1", true},
                        {"code:not", "44054006", false},
                        {"code:not", "1", true},
                        {"category:not", "anything", true},
                        {"code:text", "mellitus", true},
                        {"code:text", "type 2", true},
                        {"code:text", "ellitus", false},
                        {"category:missing", "true", true},
                        {"category:missing", "false", false},
                        {"code:missing", "true", false},
                        {"code:missing", "false", true},
                        {"_id", "r1", true},
                        {"_id", "R1", false},
                    });
}

TEST(FhirMatch, AnElementOfTypeCodeHasTheSystemThatItsValueSetImplies) {
  const auto facts = facts_of<schema::ObservationT>(
      ResourceType::Observation, [](auto& observation) { observation.status = "final"; });
  expect_all(facts, {{"status", "final", true},
                     {"status", "http://hl7.org/fhir/observation-status|final", true},
                     {"status", "|final", true},
                     {"status", "urn:other|final", false},
                     {"status:not", "final", false},
                     {"status", "amended,final", true}});
}

TEST(FhirMatch, DatesAreComparedAsSpans) {
  const auto day = facts_of<schema::ObservationT>(ResourceType::Observation, [](auto& observation) {
    observation.effective = when_of("2024-03-15");
  });
  expect_all(day, {
                      {"date", "2024-03-15", true},
                      {"date", "2024-03", true},
                      {"date", "2024", true},
                      {"date", "2024-03-14", false},
                      {"date", "2024-03-15T10:00:00Z", false},
                      {"date", "ne2024-03", false},
                      {"date", "ne2024-04", true},
                      {"date", "gt2024-03-14", true},
                      {"date", "gt2024-03-15", false},
                      {"date", "gt2024-03-15T10:00:00Z", true},
                      {"date", "lt2024-03-15", false},
                      {"date", "lt2024-03-16", true},
                      {"date", "ge2024-03-15", true},
                      {"date", "ge2024-03-16", false},
                      {"date", "le2024-03-15", true},
                      {"date", "le2024-03-14", false},
                      {"date", "sa2024-03-14", true},
                      {"date", "sa2024-03-15", false},
                      {"date", "eb2024-03-16", true},
                      {"date", "eb2024-03-15", false},
                      {"date", "ap2024-03-15", true},
                      {"date", "ap2024-04-10", true},
                      {"date", "ap2024-05-01", false},
                      {"date", "2023,2024", true},
                      {"date:missing", "false", true},
                  });
}

TEST(FhirMatch, AZoneMovesTheSpan) {
  const auto facts = facts_of<schema::ObservationT>(
      ResourceType::Observation,
      [](auto& observation) { observation.effective = when_of("2024-03-15T23:30:00-02:00"); });
  expect_all(facts, {{"date", "2024-03-16", true},
                     {"date", "2024-03-15", false},
                     {"date", "2024-03-16T01:30:00Z", true},
                     {"date", "eq2024-03-16T03:30:00+02:00", true}});
}

TEST(FhirMatch, OpenPeriodsAreUnbounded) {
  const auto open = facts_of<schema::EncounterT>(ResourceType::Encounter, [](auto& encounter) {
    encounter.period = period_of("2024-03-01", "");
  });
  expect_all(open, {{"date", "2024", false},
                    {"date", "gt2090", true},
                    {"date", "lt2024-03-01", false},
                    {"date", "lt2024-03-02", true},
                    {"date", "sa2024-02", true},
                    {"date", "eb2090", false},
                    {"date", "ge2024-03-05", true},
                    {"date", "ne2024", true}});
  const auto closed = facts_of<schema::EncounterT>(ResourceType::Encounter, [](auto& encounter) {
    encounter.period = period_of("2024-03-01", "2024-03-05");
  });
  expect_all(closed, {{"date", "2024-03", true},
                      {"date", "2024-03-05", false},
                      {"date", "gt2024-03-04", true},
                      {"date", "gt2024-03-05", false},
                      {"date", "eb2024-03-06", true}});
}

TEST(FhirMatch, QuantitiesHaveImpliedPrecisionAndExactBounds) {
  const auto facts =
      facts_of<schema::ObservationT>(ResourceType::Observation, [](auto& observation) {
        observation.value = std::make_unique<schema::ValueT>();
        observation.value->quantity = quantity_of("5.40", "mg");
      });
  expect_all(facts, {
                        {"value-quantity", "5.4", true},
                        {"value-quantity", "5.40|http://unitsofmeasure.org|mg", true},
                        {"value-quantity", "5.4|http://unitsofmeasure.org|g", false},
                        {"value-quantity", "5.4||mg", true},
                        {"value-quantity", "5.4||g", false},
                        {"value-quantity", "5", true},
                        {"value-quantity", "6", false},
                        {"value-quantity", "5.45", false},
                        {"value-quantity", "ne5.4", false},
                        {"value-quantity", "gt5.4", false},
                        {"value-quantity", "gt5.39", true},
                        {"value-quantity", "ge5.4", true},
                        {"value-quantity", "lt5.400", false},
                        {"value-quantity", "le5.4", true},
                        {"value-quantity", "sa5.39", true},
                        {"value-quantity", "eb5.41", true},
                        {"value-quantity", "ap5", true},
                        {"value-quantity", "ap4.9", false},
                        {"combo-value-quantity", "5.4", true},
                        {"component-value-quantity", "5.4", false},
                    });
}

TEST(FhirMatch, AStoredComparatorIsARangeAndNotItsNumber) {
  const auto facts =
      facts_of<schema::ObservationT>(ResourceType::Observation, [](auto& observation) {
        observation.value = std::make_unique<schema::ValueT>();
        observation.value->quantity = quantity_of("5", "mg", "<");
      });
  expect_all(facts, {{"value-quantity", "5", false},
                     {"value-quantity", "lt1", true},
                     {"value-quantity", "gt4", true},
                     {"value-quantity", "gt5", false},
                     {"value-quantity", "ge5", false},
                     {"value-quantity", "eb5", true},
                     {"value-quantity", "sa1", false}});
}

TEST(FhirMatch, ReferencesAreFoundByIdByTypeAndByOurUrl) {
  const auto facts =
      facts_of<schema::ObservationT>(ResourceType::Observation, [](auto& observation) {
        observation.encounter = reference_to(ResourceType::Encounter, "e1");
        auto elsewhere = std::make_unique<schema::ReferenceT>();
        elsewhere->literal = "https://other.example/fhir/Practitioner/9";
        elsewhere->identifier = identifier_of("urn:npi", "77");
        observation.performers.push_back(std::move(elsewhere));
      });
  expect_all(facts, {{"encounter", "e1", true},
                     {"encounter", "Encounter/e1", true},
                     {"encounter", "http://localhost/fhir/Encounter/e1", true},
                     {"encounter:Encounter", "e1", true},
                     {"encounter", "Patient/e1", false},
                     {"encounter", "e2,e1", true},
                     {"performer", "https://other.example/fhir/Practitioner/9", true},
                     {"performer", "9", false},
                     {"performer:identifier", "urn:npi|77", true},
                     {"performer:identifier", "78", false},
                     {"device:missing", "true", true}});
}

TEST(FhirMatch, StringsAreFoundByTheirBeginningWithoutCaseAndAccents) {
  const auto facts = facts_of<schema::OrganizationT>(
      ResourceType::Organization,
      [](auto& organization) { organization.name = "Hôpital Sainte, Anne"; });
  expect_all(facts, {{"name", "hopital", true},
                     {"name", "HÔPITAL SAINTE", true},
                     {"name", "sainte", false},
                     {"name:contains", "sainte", true},
                     {"name:exact", "Hôpital Sainte\\, Anne", true},
                     {"name:exact", "hôpital sainte\\, anne", false},
                     {"name", "nobody,hop", true}});
}

TEST(FhirMatch, ComponentsAndTheObservationItselfAreFoundByCombo) {
  const auto facts =
      facts_of<schema::ObservationT>(ResourceType::Observation, [](auto& observation) {
        observation.code = concept_of("http://loinc.org", "85354-9");
        auto component = std::make_unique<schema::ComponentT>();
        component->code = concept_of("http://loinc.org", "8480-6");
        component->value = std::make_unique<schema::ValueT>();
        component->value->quantity = quantity_of("120", "mm[Hg]");
        observation.components.push_back(std::move(component));
      });
  expect_all(facts, {{"code", "8480-6", false},
                     {"component-code", "8480-6", true},
                     {"combo-code", "8480-6", true},
                     {"combo-code", "85354-9", true},
                     {"component-value-quantity", "ge120", true},
                     {"value-quantity", "120", false}});
}

TEST(FhirMatch, AMedicationByReferenceIsFoundByTheChainAndNotByCode) {
  const auto referred =
      facts_of<schema::MedicationRequestT>(ResourceType::MedicationRequest, [](auto& request) {
        request.medication = concept_of("http://www.nlm.nih.gov/research/umls/rxnorm", "860975");
        request.medication_reference = reference_to(ResourceType::Medication, "m1");
      });
  expect_all(
      referred,
      {{"code", "860975", false}, {"medication.code", "860975", true}, {"medication", "m1", true}});
  const auto direct =
      facts_of<schema::MedicationRequestT>(ResourceType::MedicationRequest, [](auto& request) {
        request.medication = concept_of("http://www.nlm.nih.gov/research/umls/rxnorm", "860975");
      });
  expect_all(direct, {{"code", "860975", true}, {"medication.code", "860975", false}});
}

TEST(FhirMatch, EscapedSeparatorsArePartOfTheValue) {
  EXPECT_EQ(split_escaped(R"(a\,b,c)", ',').size(), 2u);
  EXPECT_EQ(unescape(R"(a\,b\|c\$d\\e)"), R"(a,b|c$d\e)");
  const auto facts = facts_of<schema::ConditionT>(ResourceType::Condition, [](auto& condition) {
    condition.code = concept_of("urn:x|y", "a,b");
  });
  expect_all(
      facts,
      {{"code", R"(urn:x\|y|a\,b)", true}, {"code", R"(a\,b)", true}, {"code", "a,b", false}});
}

std::unique_ptr<schema::ValueT> value_of(std::unique_ptr<schema::QuantityT> quantity) {
  auto made = std::make_unique<schema::ValueT>();
  made->quantity = std::move(quantity);
  return made;
}

TEST(FhirMatch, ACompositeHoldsAtOnePlaceOnly) {
  const auto facts =
      facts_of<schema::ObservationT>(ResourceType::Observation, [](auto& observation) {
        observation.code = concept_of("http://loinc.org", "85354-9");
        for (const auto& [code, value] : {std::pair{"8480-6", "140"}, std::pair{"8462-4", "80"}}) {
          auto component = std::make_unique<schema::ComponentT>();
          component->code = concept_of("http://loinc.org", code);
          component->value = value_of(quantity_of(value, "mm[Hg]"));
          observation.components.push_back(std::move(component));
        }
      });
  expect_all(facts,
             {
                 {"component-code-value-quantity", "8480-6$140", true},
                 {"component-code-value-quantity", "8480-6$80", false},
                 {"component-code-value-quantity", "http://loinc.org|8462-4$lt90", true},
                 {"component-code-value-quantity", "8480-6$gt130||mm[Hg],8462-4$gt130", true},
                 {"combo-code-value-quantity", "8462-4$80|http://unitsofmeasure.org|mm[Hg]", true},
                 {"combo-code-value-quantity", "85354-9$80", false},
                 {"code-value-quantity", "8480-6$140", false},
             });
}

TEST(FhirMatch, RareElementsAreFoundByTheirParametersName) {
  schema::FactsT facts;
  facts.type = ResourceType::Procedure;
  facts.of.Set(schema::ProcedureT());
  auto uri = std::make_unique<schema::MoreT>();
  uri->parameter = "instantiates-uri";
  uri->texts = {"http://acme.org/fhir/plans/7"};
  facts.more.push_back(std::move(uri));
  auto canonical = std::make_unique<schema::MoreT>();
  canonical->parameter = "instantiates-canonical";
  canonical->texts = {"http://acme.org/fhir/Questionnaire/q1|2.0"};
  facts.more.push_back(std::move(canonical));
  expect_all(PackedFacts(facts),
             {
                 {"instantiates-uri", "http://acme.org/fhir/plans/7", true},
                 {"instantiates-uri", "http://acme.org/fhir/plans", false},
                 {"instantiates-uri:below", "http://acme.org/fhir/", true},
                 {"instantiates-uri:below", "http://acme.org/fhir/plan", false},
                 {"instantiates-uri:above", "http://acme.org/fhir/plans/7/parts/1", true},
                 {"instantiates-canonical", "http://acme.org/fhir/Questionnaire/q1", true},
                 {"instantiates-canonical", "http://acme.org/fhir/Questionnaire/q1|2.0", true},
                 {"instantiates-canonical", "http://acme.org/fhir/Questionnaire/q1|3.0", false},
                 {"instantiates-canonical", "Questionnaire/q1", true},
                 {"instantiates-canonical:missing", "false", true},
                 {"part-of:missing", "true", true},
             });
}

// Found by the search oracle: R4's examples refer to Account and Appointment.
TEST(FhirMatch, AReferenceToATypeThatIsNotKeptIsFoundAsItWasSent) {
  schema::FactsT facts;
  facts.type = ResourceType::Encounter;
  facts.of.Set(schema::EncounterT());
  auto account = std::make_unique<schema::MoreT>();
  account->parameter = "account";
  account->references.push_back(std::make_unique<schema::ReferenceT>());
  account->references.back()->literal = "Account/7";
  facts.more.push_back(std::move(account));
  expect_all(PackedFacts(facts), {
                                     {"account", "Account/7", true},
                                     {"account", "7", true},
                                     {"account:Account", "7", true},
                                     {"account:Appointment", "7", false},
                                     {"account", "Account/8", false},
                                     {"account", "8", false},
                                 });
}

}  // namespace
}  // namespace query::fhir
