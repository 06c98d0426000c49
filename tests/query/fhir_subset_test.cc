#include <gtest/gtest.h>

#include "query/fhir/subset.h"

namespace query::fhir {
namespace {

constexpr std::string_view tag =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";

constexpr std::string_view whole_patient =
    R"({"resourceType":"Patient","id":"1","meta":{"versionId":"1"},"text":{"status":"generated","div":"<div>\"}</div>"},)"
    R"("active":true,"name":[{"family":"Alm","extension":[{"url":"x","valueString":"y"}]}],)"
    R"("multipleBirthInteger":2,"_birthDate":{"id":"b"}, "birthDate" : "1980-01-02"})";

Subset of(Subset::Kind kind) {
  Subset subset;
  subset.kind = kind;
  return subset;
}

std::string with_tag(std::string_view rest) {
  return R"({"resourceType":"Patient","id":"1","meta":{"versionId":"1","tag":[)" +
         std::string(tag) + "]}" + std::string(rest) + "}";
}

TEST(FhirSubset, ElementsAreThoseAskedForAndThoseThatChangeWhatTheyMean) {
  const auto asked = parse_elements("birthDate,multipleBirth,Observation.code");
  ASSERT_TRUE(asked);
  EXPECT_EQ(
      cut("Patient", whole_patient, *asked),
      with_tag(
          R"(,"active":true,"multipleBirthInteger":2,"_birthDate":{"id":"b"},"birthDate":"1980-01-02")"));
}

TEST(FhirSubset, ASummaryHasWhatTheDefinitionsMarkAtAllDepths) {
  EXPECT_EQ(
      cut("Patient", whole_patient, of(Subset::Kind::summary)),
      with_tag(
          R"(,"active":true,"name":[{"family":"Alm"}],"_birthDate":{"id":"b"},"birthDate":"1980-01-02")"));
}

TEST(FhirSubset, TextIsTheNarrativeAndDataAllButIt) {
  EXPECT_EQ(cut("Patient", whole_patient, of(Subset::Kind::text)),
            with_tag(R"(,"text":{"status":"generated","div":"<div>\"}</div>"})"));
  EXPECT_EQ(cut("Patient", whole_patient, of(Subset::Kind::data)).find("div"), std::string::npos);
}

TEST(FhirSubset, DigitsStayAndATagOfTheResourceStays) {
  const std::string observation =
      R"({"resourceType":"Observation","meta":{"tag":[{"code":"a"}]},"status":"final","code":{"text":"c"},)"
      R"("valueQuantity":{"value":1.500},"note":[{"text":"n"}]})";
  EXPECT_EQ(cut("Observation", observation, of(Subset::Kind::summary)),
            R"({"resourceType":"Observation","meta":{"tag":[{"code":"a"},)" + std::string(tag) +
                R"(]},"status":"final","code":{"text":"c"},"valueQuantity":{"value":1.500}})");
}

TEST(FhirSubset, AWholeResourceIsLeftAsItIs) {
  EXPECT_EQ(cut("Patient", whole_patient, Subset{}), whole_patient);
}

TEST(FhirSubset, UnknownElementsAreRefusedByName) {
  const auto subset = parse_elements("name,nam");
  ASSERT_TRUE(subset);
  const auto checked = check_elements("Patient", *subset);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("\"nam\""), std::string::npos);
  EXPECT_TRUE(check_elements("Patient", *parse_elements("name,Observation.value")));
}

}  // namespace
}  // namespace query::fhir
