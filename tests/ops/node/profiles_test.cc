// US Core's own package against US Core's own examples and Synthea.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ingest/validation/profile_check.h"
#include "ops/node/definitions_package.h"
#include "tests/ingest/test_data.h"
#include "tests/temporary_folder.h"

namespace ops::node {
namespace {

using namespace ingest::validation;
namespace intake_json = ingest::json;
using ::testing::HasSubstr;

TEST(DefinitionsPackageTest, WhatIsNotThereOrDamagedIsNamed) {
  tests::TemporaryFolder folder;
  EXPECT_THAT(read_definitions({folder.path() / "none.tgz"}).error().message,
              HasSubstr("none.tgz: is not there"));
  std::ofstream(folder.path() / "bad.tgz") << "no gzip";
  EXPECT_THAT(read_definitions({folder.path() / "bad.tgz"}).error().message, HasSubstr("bad.tgz"));
  std::filesystem::remove(folder.path() / "bad.tgz");
  std::ofstream(folder.path() / "bad.json") << "{";
  EXPECT_THAT(read_definitions({folder.path()}).error().message, HasSubstr("bad.json"));
}

TEST(DefinitionsPackageTest, AFolderGivesItsDefinitionsOnly) {
  tests::TemporaryFolder folder;
  std::ofstream(folder.path() / "a.json") << R"({"resourceType":"ValueSet","url":"urn:v"})";
  std::ofstream(folder.path() / "b.json") << R"({"resourceType":"Patient"})";
  const auto package = read_definitions({folder.path()});
  ASSERT_TRUE(package);
  EXPECT_EQ(package->value_sets, 1u);
  EXPECT_EQ(
      package->bundle,
      R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"ValueSet","url":"urn:v"}}]})");
}

class UsCore : public ::testing::Test {
 protected:
  void SetUp() override {
    NEEDS_DATA("fhir/us-core-610.tgz");
    const auto package = read_definitions({ingest::test::data_file("fhir/us-core-610.tgz")});
    ASSERT_TRUE(package) << package.error().message;
    const auto added = set_.add(package->bundle);
    ASSERT_TRUE(added) << added.error().message;
    set_.finish();
  }
  std::vector<std::string> errors_in(const std::string& text, const std::string& profile) {
    const auto document = intake_json::Document::parse(text).value();
    const Profile* found = set_.find("http://hl7.org/fhir/us/core/StructureDefinition/" + profile);
    if (found == nullptr) return {"no profile " + profile};
    Issues issues;
    check_profile(document.root(), *found, set_, Unchecked::silent, issues);
    std::vector<std::string> messages;
    for (const auto& issue : issues.kept()) messages.push_back(issue.message);
    return messages;
  }
  ProfileSet set_;
};

const std::string a_patient =
    R"("identifier":[{"system":"urn:t","value":"1"}],"name":[{"family":"A"}],"gender":"female")";
const std::string race = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";

TEST_F(UsCore, APatientNeedsNameGenderAndIdentifier) {
  EXPECT_THAT(errors_in(R"({"resourceType":"Patient",)" + a_patient + "}", "us-core-patient"),
              ::testing::IsEmpty());
  EXPECT_THAT(errors_in(R"({"resourceType":"Patient"})", "us-core-patient"),
              ::testing::UnorderedElementsAre(HasSubstr("Patient.identifier: missing"),
                                              HasSubstr("Patient.name: missing"),
                                              HasSubstr("Patient.gender: missing")));
}

TEST_F(UsCore, TheRaceExtensionNeedsItsText) {
  const auto with = [&](const std::string& inner) {
    return errors_in(R"({"resourceType":"Patient",)" + a_patient + R"(,"extension":[{"url":")" +
                         race + R"(","extension":[)" + inner + "]}]}",
                     "us-core-patient");
  };
  EXPECT_THAT(with(R"({"url":"text","valueString":"x"})"), ::testing::IsEmpty());
  EXPECT_THAT(
      with(
          R"({"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}})"),
      ::testing::ElementsAre(HasSubstr("missing of slice text")));
}

TEST_F(UsCore, ABloodPressureHasItsTwoComponents) {
  const std::string begin =
      R"({"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"component":[)";
  const auto component = [](const std::string& code) {
    return R"({"code":{"coding":[{"system":"http://loinc.org","code":")" + code +
           R"("}]},"valueQuantity":{"value":1,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
  };
  EXPECT_THAT(errors_in(begin + component("8480-6") + "," + component("8462-4") + "]}",
                        "us-core-blood-pressure"),
              ::testing::IsEmpty());
  EXPECT_THAT(
      errors_in(begin + component("8480-6") + "]}", "us-core-blood-pressure"),
      ::testing::UnorderedElementsAre(HasSubstr("missing of slice diastolic"),
                                      HasSubstr("Observation.component: 1 where at least 2")));
}

// Synthea declares the US Core profiles it follows.
TEST_F(UsCore, SyntheasResourcesFollowTheProfilesTheyDeclare) {
  NEEDS_DATA("synthea/ma42-300.bundles.ndjson.zst");
  std::size_t checked = 0;
  std::map<std::string, int> wrong;
  ingest::test::for_each_line(
      ingest::test::data_file("synthea/ma42-300.bundles.ndjson.zst"), 6,
      [&](std::string_view line) {
        const auto document = intake_json::Document::parse(line).value();
        for (auto entry = document.root()["entry"].first(); entry; entry = entry.next()) {
          const auto resource = entry["resource"];
          for (auto url = resource["meta"]["profile"].first(); url; url = url.next()) {
            const Profile* profile = set_.find(url.string());
            if (profile == nullptr) continue;
            ++checked;
            Issues issues;
            check_profile(resource, *profile, set_, Unchecked::silent, issues);
            for (const auto& issue : issues.kept()) ++wrong[issue.message];
          }
        }
      });
  EXPECT_GT(checked, 1000u);
  EXPECT_THAT(wrong, ::testing::IsEmpty());
}

}  // namespace
}  // namespace ops::node
