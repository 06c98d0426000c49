#include "projections/measures/relevance.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "events/schema/clinical_generated.h"

namespace projections::measures::test {
namespace {

namespace json = boost::json;
using events::ResourceType;

constexpr ResourceType referring[] = {
    ResourceType::MedicationRequest, ResourceType::MedicationStatement,
    ResourceType::MedicationDispense, ResourceType::MedicationAdministration};

Relevance of_retrieve(const std::string& type, const quality::Terminology& terminology) {
  const std::vector<json::value> libraries{
      {{"library",
        {{"statements",
          {{"def", json::array{{{"name", "All"},
                                {"expression",
                                 {{"type", "Retrieve"},
                                  {"dataType", "{http://hl7.org/fhir}" + type}}}}}}}}}}}};
  return Relevance::of(libraries, terminology);
}

// The Medication may stand in the directory; who refers to it has its code.
TEST(RelevanceTest, WhatRefersToMedicationsIsLookedAtForThem) {
  const quality::Terminology none;
  const auto relevance = of_retrieve("Medication", none);
  for (const auto type : referring) {
    EXPECT_TRUE(relevance.concerns(type)) << events::type_name(type);
    EXPECT_TRUE(relevance.concerns(type, json::object{{"status", "active"}}));
  }
}

TEST(RelevanceTest, WhatIsNotRetrievedIsNotLookedAt) {
  const quality::Terminology none;
  const auto relevance = of_retrieve("Observation", none);
  EXPECT_TRUE(relevance.concerns(ResourceType::Observation));
  for (const auto type : referring)
    EXPECT_FALSE(relevance.concerns(type)) << events::type_name(type);
}

}  // namespace
}  // namespace projections::measures::test
