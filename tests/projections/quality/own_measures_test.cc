// The measures that this platform ships (projections/quality/measures), with patients at their
// boundaries. Period: 2025.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "projections/quality/content.h"
#include "projections/quality/record.h"
#include "tests/projections/quality/deck.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

constexpr const char* snomed = "http://snomed.info/sct";
constexpr const char* loinc = "http://loinc.org";

class OwnMeasureTest : public ::testing::Test {
 protected:
  void load(const std::string& name) {
    std::ifstream file("projections/quality/measures/" + name + ".json");
    std::stringstream text;
    text << file.rdbuf();
    const auto added = content_.add(json::parse(text.str()));
    ASSERT_TRUE(added) << added.error().message;
    auto loaded = content_.load(name);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(loaded->definition().warnings.empty());
    measure_.emplace_back(std::move(*loaded));
  }

  // A woman born on this day, and what else is on her record.
  std::vector<std::size_t> counts(const std::string& born, std::vector<std::string> resources,
                                  const std::string& more = "") const {
    resources.push_back(fmt::format(
        R"({{"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "{}"{}}})",
        born, more));
    json::array entries;
    for (const auto& each : resources)
      entries.push_back(json::object{{"resource", json::parse(each)}});
    const json::value bundle{{"resourceType", "Bundle"}, {"entry", entries}};
    const Record record(bundle);
    const auto found = measure_.front().evaluate(record, period_of("2025-01-01", "2025-12-31"));
    if (!found) ADD_FAILURE() << found.error().message;
    std::vector<std::size_t> counted;
    for (const auto& each : found->groups[0].populations) counted.push_back(each.count);
    return counted;
  }

  Content content_;
  std::vector<Measure> measure_;
};

std::string coded(const std::string& system, const std::string& code) {
  return fmt::format(R"({{"coding": [{{"system": "{}", "code": "{}"}}]}})", system, code);
}
std::string procedure(const std::string& code, const std::string& when,
                      const std::string& status = "completed") {
  return fmt::format(
      R"({{"resourceType": "Procedure", "status": "{}", "code": {}, "performedDateTime": "{}"}})",
      status, coded(snomed, code), when);
}
std::string observation(const std::string& code, const std::string& when,
                        const std::string& status = "final") {
  return fmt::format(
      R"({{"resourceType": "Observation", "status": "{}", "code": {}, "effectiveDateTime": "{}"}})",
      status, coded(loinc, code), when);
}

class ColorectalTest : public OwnMeasureTest {
 protected:
  void SetUp() override { load("ColorectalCancerScreening"); }
};
constexpr const char* colonoscopy = "73761001";
constexpr const char* stool_test = "57905-2";
const std::string at_fifty = "1975-06-01";

// Initial population, denominator, exclusion, numerator.
TEST_F(ColorectalTest, AgesAreFromFortyFiveToSeventyFiveAtTheEnd) {
  EXPECT_THAT(counts("1981-01-01", {}), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(counts("1980-12-31", {}), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(counts("1950-01-01", {}), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(counts("1949-12-31", {}), ElementsAre(0, 0, 0, 0));
}

TEST_F(ColorectalTest, EachMethodLastsItsOwnTime) {
  const std::vector<std::pair<std::string, std::size_t>> examined{
      {procedure(colonoscopy, "2016-01-01T08:00:00Z"), 1},
      {procedure(colonoscopy, "2015-12-30T08:00:00Z"), 0},
      {procedure("44441009", "2021-01-01T08:00:00Z"), 1},  // sigmoidoscopy, 5 years
      {procedure("44441009", "2020-12-30T08:00:00Z"), 0},
      {observation("77353-1", "2023-01-01T08:00:00Z"), 1},  // stool DNA, 3 years
      {observation("77353-1", "2022-12-30T08:00:00Z"), 0},
      {observation(stool_test, "2025-01-01T08:00:00Z"), 1},
      {observation(stool_test, "2024-12-30T08:00:00Z"), 0},
  };
  for (const auto& [resource, numerator] : examined)
    EXPECT_EQ(counts(at_fifty, {resource})[3], numerator) << resource;
}

TEST_F(ColorectalTest, WhatWasNotDoneOrNotMeantDoesNotCount) {
  EXPECT_EQ(counts(at_fifty, {procedure(colonoscopy, "2024-05-01", "not-done")})[3], 0u);
  EXPECT_EQ(counts(at_fifty, {observation(stool_test, "2025-05-01", "entered-in-error")})[3], 0u);
  EXPECT_EQ(counts(at_fifty, {observation(stool_test, "2025-05-01", "preliminary")})[3], 0u);
}

TEST_F(ColorectalTest, TheColonRemovedOrItsCancerExclude) {
  EXPECT_THAT(counts(at_fifty, {procedure("26390003", "2001-05-01")}), ElementsAre(1, 1, 1, 0));
  const auto cancer = [](const std::string& more) {
    return R"({"resourceType": "Condition", "code": )" + coded(snomed, "363406005") + more + "}";
  };
  const auto refuted = R"(, "verificationStatus": {"coding": [{"code": "refuted"}]})";
  EXPECT_EQ(counts(at_fifty, {cancer("")})[2],
            counts(at_fifty, {procedure("26390003", "2001")})[2]);
  EXPECT_THAT(counts(at_fifty, {cancer(refuted)}), ElementsAre(1, 1, 0, 0));
}

TEST_F(ColorectalTest, TheDeadAreNotDue) {
  EXPECT_THAT(counts(at_fifty, {}, R"(, "deceasedDateTime": "2025-02-01")"),
              ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(counts(at_fifty, {}, R"(, "deceasedBoolean": false)"), ElementsAre(1, 1, 0, 0));
}

class ReconciledTest : public OwnMeasureTest {
 protected:
  void SetUp() override { load("MedicationListReconciled"); }
};

std::string request(const std::string& more = "", const std::string& status = "active") {
  return fmt::format(
      R"({{"resourceType": "MedicationRequest", "status": "{}", "intent": "order",
          "authoredOn": "2020-03-01T08:00:00Z"{}}})",
      status, more);
}
std::string signed_list(const std::string& date, const std::string& status = "current") {
  return fmt::format(R"({{"resourceType": "List", "status": "{}", "mode": "snapshot", "code": {},
      "date": "{}"}})",
                     status, coded(loinc, "10160-0"), date);
}

// Initial population, denominator, numerator.
TEST_F(ReconciledTest, WhoeverTakesMedicinesIsInIt) {
  EXPECT_THAT(counts("1960-01-01", {}), ElementsAre(0, 0, 0));
  EXPECT_THAT(counts("1960-01-01", {request()}), ElementsAre(1, 1, 0));
  EXPECT_THAT(counts("1960-01-01", {request("", "stopped")}), ElementsAre(0, 0, 0));
  EXPECT_THAT(counts("1960-01-01", {request(R"(, "doNotPerform": true)")}), ElementsAre(0, 0, 0));
  EXPECT_THAT(
      counts("1960-01-01", {R"({"resourceType": "MedicationStatement", "status": "active"})"}),
      ElementsAre(1, 1, 0));
  EXPECT_THAT(counts("1960-01-01", {request()}, R"(, "deceasedBoolean": true)"),
              ElementsAre(0, 0, 0));
}

TEST_F(ReconciledTest, AListOfTheLastTwelveMonthsCounts) {
  const auto numerator = [&](const std::string& resource) {
    return counts("1960-01-01", {request(), resource})[2];
  };
  EXPECT_EQ(numerator(signed_list("2025-01-01T00:00:00Z")), 1u);
  EXPECT_EQ(numerator(signed_list("2024-12-31T00:00:00Z")), 0u);
  EXPECT_EQ(numerator(signed_list("2025-06-01T00:00:00Z", "retired")), 0u);
  EXPECT_EQ(numerator(procedure("430193006", "2025-06-01T00:00:00Z")), 1u);
  EXPECT_EQ(numerator(procedure("430193006", "2025-06-01T00:00:00Z", "not-done")), 0u);
}

}  // namespace
}  // namespace projections::quality::test
