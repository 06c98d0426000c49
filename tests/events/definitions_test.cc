#include "events/fhir/definitions.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <string>

#include "events/fhir/codes_generated.h"
#include "events/resource_type.h"

namespace events::fhir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;

const Element& element(std::string_view type, std::string_view name) {
  const Type* found = definition(type);
  if (found == nullptr || found->find(name) == nullptr) {
    ADD_FAILURE() << type << " has no " << name;
    static const Element none;
    return none;
  }
  return *found->find(name);
}

TEST(DefinitionsTest, EveryTypeWeKeepIsAResourceOfR4) {
  for (const auto type : all_types()) {
    const Type* found = definition(type_name(type));
    ASSERT_NE(found, nullptr) << type_name(type);
    EXPECT_EQ(found->form, Form::resource);
    EXPECT_FALSE(found->abstract);
  }
  EXPECT_EQ(definition("Wolf"), nullptr);
}

TEST(DefinitionsTest, ElementsSayHowOftenTheyMayBe) {
  EXPECT_EQ(element("Observation", "status").min, 1);
  EXPECT_FALSE(element("Observation", "status").list);
  EXPECT_EQ(element("Patient", "name").max, unlimited);
  EXPECT_TRUE(element("Patient", "name").list);
  EXPECT_THAT(definition("Observation")->required, ElementsAre("status", "code"));
  EXPECT_EQ(definition("Patient")->find("wolf"), nullptr);
}

TEST(DefinitionsTest, EachFormOfAChoiceIsAMemberOfItsOwn) {
  const Element& quantity = element("Observation", "valueQuantity");
  EXPECT_EQ(quantity.definition, "value[x]");
  EXPECT_EQ(quantity.type->name, "Quantity");
  EXPECT_EQ(quantity.choice, element("Observation", "valueString").choice);
  EXPECT_NE(quantity.choice, element("Observation", "effectivePeriod").choice);
  EXPECT_EQ(element("Observation", "code").choice, 0);
}

TEST(DefinitionsTest, PartsAndReferencesToOtherPartsHaveTheirElements) {
  EXPECT_EQ(element("Patient", "contact").type->name, "Patient.contact");
  EXPECT_EQ(element("Patient", "contact").type->form, Form::part);
  // contentReference: an item holds items
  EXPECT_EQ(element("Questionnaire.item", "item").type, definition("Questionnaire.item"));
  EXPECT_EQ(element("Observation.component", "referenceRange").type,
            definition("Observation.referenceRange"));
}

TEST(DefinitionsTest, ReferencesNameWhatTheyMayPointAt) {
  EXPECT_THAT(element("Observation", "subject").targets,
              ElementsAre("Device", "Group", "Location", "Patient"));
  EXPECT_THAT(element("Provenance", "target").targets, ElementsAre("Resource"));
}

TEST(DefinitionsTest, RequiredBindingsHaveTheirCodes) {
  const ValueSet* gender = element("Patient", "gender").codes;
  ASSERT_NE(gender, nullptr);
  EXPECT_TRUE(gender->has("female"));
  EXPECT_FALSE(gender->has("F"));
  EXPECT_TRUE(
      element("Condition", "clinicalStatus")
          .codes->has("active", "http://terminology.hl7.org/CodeSystem/condition-clinical"));
  EXPECT_FALSE(element("Condition", "clinicalStatus").codes->has("active", "urn:wolf"));
  EXPECT_EQ(element("Patient", "maritalStatus").codes, nullptr);  // extensible
  EXPECT_FALSE(element("Attachment", "contentType").codes->whole);
  EXPECT_THAT(codes::administrative_gender, ElementsAre("male", "female", "other", "unknown"));
}

TEST(DefinitionsTest, ASimpleQuantityHasNoComparator) {
  const Type* dose = element("Dosage.doseAndRate", "doseQuantity").type;
  EXPECT_EQ(dose->name, "SimpleQuantity");
  EXPECT_EQ(dose->find("comparator")->max, 0);
}

TEST(DefinitionsTest, SummaryElementsAreMarked) {
  EXPECT_TRUE(element("Observation", "status").summary);
  EXPECT_FALSE(element("Observation", "note").summary);
}

TEST(DefinitionsTest, PatternsAreRegularExpressions) {
  for (const Type& type : all_definitions()) {
    if (type.form != Form::primitive || type.pattern.empty()) continue;
    EXPECT_NO_THROW(std::regex(std::string(type.pattern))) << type.name;
  }
  EXPECT_TRUE(std::regex_match("a-1.B", std::regex(std::string(definition("id")->pattern))));
}

TEST(DefinitionsTest, SearchParametersAreThoseOfTheirTypeAndOfAllResources) {
  const SearchParameter* subject = search_parameter("Observation", "subject");
  ASSERT_NE(subject, nullptr);
  EXPECT_EQ(subject->kind, SearchKind::reference);
  EXPECT_THAT(subject->targets, ElementsAre("Device", "Group", "Location", "Patient"));
  EXPECT_EQ(search_parameter("Patient", "_lastUpdated")->kind, SearchKind::date);
  EXPECT_EQ(search_parameter("Patient", "wolf"), nullptr);
  // One parameter of many types: each row has its own type's part of the expression.
  EXPECT_EQ(search_parameter("Coverage", "patient")->expression, "Coverage.beneficiary");
  EXPECT_EQ(search_parameter("AllergyIntolerance", "code")->expression,
            "AllergyIntolerance.code | AllergyIntolerance.reaction.substance");
}

TEST(DefinitionsTest, TheCompartmentNamesParametersThatThereAre) {
  EXPECT_THAT(compartment_parameters("Observation"), ElementsAre("subject", "performer"));
  EXPECT_TRUE(compartment_parameters("Organization").empty());
  for (const CompartmentRule& rule : patient_compartment()) {
    for (const auto parameter : rule.parameters) {
      EXPECT_NE(search_parameter(rule.type, parameter), nullptr) << rule.type << " " << parameter;
    }
  }
}

TEST(DefinitionsTest, InvariantsComeWithTheirWords) {
  const auto& rules = definition("Observation")->invariants;
  const auto at = std::find_if(rules.begin(), rules.end(),
                               [](const auto* rule) { return rule->key == "obs-6"; });
  ASSERT_NE(at, rules.end());
  EXPECT_NE((*at)->human.find("dataAbsentReason"), std::string_view::npos);
}

// find() is a binary search.
TEST(DefinitionsTest, TablesAreSorted) {
  for (const Type& type : all_definitions()) {
    EXPECT_TRUE(std::is_sorted(type.elements.begin(), type.elements.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }))
        << type.name;
    EXPECT_EQ(definition(type.name), &type);
  }
}

}  // namespace
}  // namespace events::fhir
