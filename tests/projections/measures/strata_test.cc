// By what a patient's figures are told apart.
#include "projections/measures/strata.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace projections::measures {
namespace {

namespace json = boost::json;

std::vector<std::string> values(const std::vector<std::string>& resources, Dimension dimension) {
  std::vector<json::value> parsed;
  for (const auto& text : resources) parsed.push_back(json::parse(text));
  std::vector<const json::value*> all;
  for (const auto& each : parsed) all.push_back(&each);
  std::vector<std::string> found;
  for (const auto& stratum : strata_of(all, *read_period("2025"))) {
    if (stratum.dimension == dimension) found.push_back(stratum.value);
  }
  return found;
}

using ::testing::ElementsAre;

std::string visit(const std::string& start, const std::string& site, const std::string& who = {}) {
  return R"({"resourceType": "Encounter", "period": {"start": ")" + start +
         R"("}, "serviceProvider": {"reference": ")" + site + R"("})" +
         (who.empty() ? ""
                      : R"(, "participant": [{"individual": {"reference": ")" + who + "\"}}]") +
         "}";
}

TEST(StrataTest, NobodyIsWithoutAStratum) {
  for (const auto& name : dimension_names()) {
    const auto dimension = *dimension_of(name);
    EXPECT_THAT(values({}, dimension), ElementsAre(dimension == Dimension::all ? "" : "unknown"))
        << name;
  }
}

TEST(StrataTest, AgeIsTakenAtThePeriodsStart) {
  const auto aged = [](const std::string& born) {
    return values({R"({"resourceType": "Patient", "birthDate": ")" + born + "\"}"}, Dimension::age);
  };
  EXPECT_THAT(aged("2007-01-01"), ElementsAre("18-39"));
  EXPECT_THAT(aged("2007-01-02"), ElementsAre("0-17"));
  EXPECT_THAT(aged("1950"), ElementsAre("75+"));
  EXPECT_THAT(aged("0001-01-01"), ElementsAre("75+"));
  EXPECT_THAT(aged("yesterday"), ElementsAre("unknown"));
}

TEST(StrataTest, TheLastVisitOfThePeriodSaysWhereAndByWhom) {
  const std::vector<std::string> visits{
      R"({"resourceType": "Patient", "generalPractitioner": [{"reference": "Practitioner/gp"}]})",
      visit("2025-03-01", "Organization/a", "Practitioner/one"),
      visit("2025-06-01", "Organization/b"), visit("2026-01-01", "Organization/c")};
  EXPECT_THAT(values(visits, Dimension::site), ElementsAre("Organization/b"));
  EXPECT_THAT(values(visits, Dimension::practitioner), ElementsAre("Practitioner/gp"));
}

TEST(StrataTest, SeveralRacesAreSeveralStrata) {
  const std::string category = R"({"url": "ombCategory", "valueCoding": {"display": ")";
  const std::string patient =
      R"({"resourceType": "Patient", "extension": [{
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
        "extension": [)" +
      category + R"(White"}}, )" + category + R"(Asian"}}]}]})";
  EXPECT_THAT(values({patient}, Dimension::race), ElementsAre("Asian", "White"));
  EXPECT_THAT(values({patient}, Dimension::ethnicity), ElementsAre("unknown"));
}

TEST(StrataTest, TheLatestCoverageNamesThePayer) {
  const auto coverage = [](const std::string& start, const std::string& payor) {
    return R"({"resourceType": "Coverage", "period": {"start": ")" + start +
           R"("}, "payor": [{"display": ")" + payor + "\"}]}";
  };
  EXPECT_THAT(values({coverage("2024-01-01", "Old"), coverage("2025-02-01", "New"),
                      coverage("2023-01-01", "Oldest")},
                     Dimension::payer),
              ElementsAre("New"));
}

}  // namespace
}  // namespace projections::measures
