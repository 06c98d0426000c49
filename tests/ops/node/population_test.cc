#include "ops/node/population/population.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ingest/json.h"
#include "ingest/validation/structure.h"

namespace ops::node {
namespace {

namespace json = boost::json;

std::vector<std::string> resource_types(const std::string& bundle) {
  std::vector<std::string> types;
  const json::value parsed = json::parse(bundle);
  for (const json::value& entry : parsed.at("entry").as_array()) {
    types.emplace_back(entry.at("resource").at("resourceType").as_string());
  }
  return types;
}

void collect(const json::value& value, std::string_view name, std::vector<std::string>& found) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == name && member.is_string()) found.emplace_back(member.as_string());
      collect(member, name, found);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) collect(element, name, found);
  }
}

TEST(PopulationTest, EqualSeedsGiveEqualBytesAndOthersDoNot) {
  EXPECT_EQ(patient_bundle(5, 3), patient_bundle(5, 3));
  EXPECT_NE(patient_bundle(5, 3), patient_bundle(6, 3));
  EXPECT_NE(patient_bundle(5, 3), patient_bundle(5, 4));
  EXPECT_EQ(practitioner_bundle(5), practitioner_bundle(5));
}

TEST(PopulationTest, EveryUrnReferenceIsAnEntryOfItsBundle) {
  for (std::uint64_t index = 0; index < 30; ++index) {
    const json::value bundle = json::parse(patient_bundle(1, index));
    std::set<std::string> full_urls;
    for (const json::value& entry : bundle.at("entry").as_array())
      full_urls.emplace(entry.at("fullUrl").as_string());
    std::vector<std::string> references;
    collect(bundle, "reference", references);
    ASSERT_THAT(references, testing::Not(testing::IsEmpty()));
    for (const std::string& reference : references) {
      EXPECT_TRUE(!reference.starts_with("urn:uuid:") || full_urls.contains(reference))
          << reference;
    }
  }
}

TEST(PopulationTest, EveryResourceIsValidR4) {
  for (std::uint64_t index = 0; index < 60; ++index) {
    const std::string bundle = patient_bundle(1, index);
    const auto document = ingest::json::Document::parse(bundle).value();
    ingest::validation::Issues issues;
    ingest::validation::check_structure(document.root(), issues);
    EXPECT_TRUE(issues.empty()) << issues.kept().front().message;
  }
}

TEST(PopulationTest, HasWhatSyntheaLacks) {
  std::set<std::string> types;
  std::string all;
  for (std::uint64_t index = 0; index < 200; ++index) {
    const std::string bundle = patient_bundle(1, index);
    all += bundle;
    for (const std::string& type : resource_types(bundle)) types.insert(type);
  }
  EXPECT_THAT(
      types, testing::IsSupersetOf({"MedicationDispense", "MedicationStatement", "Coverage", "Goal",
                                    "Specimen", "ServiceRequest", "RelatedPerson"}));
  EXPECT_THAT(all, testing::HasSubstr(R"("doNotPerform":true)"));
  EXPECT_THAT(all, testing::HasSubstr(R"("status":"on-hold")"));
  EXPECT_THAT(all, testing::HasSubstr(R"("status":"not-taken")"));
}

TEST(PopulationTest, WritesOneFileAPatientAndARunIsAPrefixOfALongerOne) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("population-" + std::to_string(::getpid()));
  ASSERT_TRUE(generate_population({.patients = 3, .seed = 9, .out = folder}));
  std::ifstream file(folder / "patient-000003.json");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), patient_bundle(9, 2) + "\n");
  std::filesystem::remove_all(folder);
}

TEST(PopulationTest, SaysWhichFolderCannotBeMade) {
  const auto written = generate_population({.patients = 1, .seed = 1, .out = "/proc/nowhere"});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, testing::HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace ops::node
