// Measures of a few lines: what counts where, and what is refused when one is loaded.
#include "projections/quality/measure.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "projections/quality/record.h"
#include "projections/quality/terminology.h"
#include "tests/projections/quality/deck.h"
#include "tests/projections/quality/elm_library.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A measure of one group; each population's criterion is the definition of its name.
json::object measure_of(const std::vector<std::string>& codes, const std::string& basis = "boolean",
                        const std::string& scoring = "proportion") {
  json::array populations;
  for (const auto& code : codes) {
    populations.push_back(json::parse(fmt::format(
        R"({{"code": {{"coding": [{{"code": "{0}"}}]}}, "criteria": {{"expression": "{0}"}}}})",
        code)));
  }
  auto group = json::parse(fmt::format(
      R"({{"extension": [{{"url": "http://example.org/cqfm-populationBasis", "valueCode": "{}"}},
          {{"url": "http://example.org/cqfm-scoring",
            "valueCodeableConcept": {{"coding": [{{"code": "{}"}}]}}}}]}})",
      basis, scoring));
  group.as_object()["population"] = populations;
  return {{"group", json::array{group}}};
}

const json::value nobody = json::parse(R"({"resourceType": "Bundle", "entry": []})");

events::Result<MeasureCounts> evaluate(const json::object& resource, const json::value& elm,
                                       const json::value& bundle = nobody,
                                       const Terminology& terminology = {}) {
  const std::vector<json::value> libraries{elm};
  auto loaded = Measure::load(resource, libraries, "M", terminology);
  if (!loaded) return loaded.error();
  const Record record(bundle);
  return loaded->evaluate(record, period_of("2025-01-01", "2025-12-31"));
}
std::vector<std::size_t> counts_of(const events::Result<MeasureCounts>& found) {
  std::vector<std::size_t> counts;
  if (!found) ADD_FAILURE() << found.error().message;
  if (!found) return counts;
  for (const auto& population : found->groups[0].populations) counts.push_back(population.count);
  return counts;
}
std::string error_of(const events::Result<MeasureCounts>& found) {
  return found ? "no error" : found.error().message;
}

const std::vector<std::string> all_of_proportion{"initial-population",    "denominator",
                                                 "denominator-exclusion", "numerator",
                                                 "numerator-exclusion",   "denominator-exception"};
// Criteria in that order.
json::value criteria(const std::vector<bool>& met) {
  std::string definitions;
  for (std::size_t i = 0; i < met.size(); ++i) {
    definitions +=
        (i == 0 ? "" : ",") + fmt::format("\"{}\": ", all_of_proportion[i]) + boolean(met[i]);
  }
  return library("M", definitions);
}

TEST(MeasureTest, AProportionCountsEachPopulationWithinItsOwn) {
  const auto proportion = measure_of(all_of_proportion);
  const auto counts = [&](const std::vector<bool>& met) {
    return counts_of(evaluate(proportion, criteria(met)));
  };
  // Excluded: still in the denominator, in no numerator. Except: only who misses the numerator.
  EXPECT_THAT(counts({true, true, true, true, true, true}), ElementsAre(1, 1, 1, 0, 0, 0));
  EXPECT_THAT(counts({true, true, false, true, true, true}), ElementsAre(1, 1, 0, 1, 1, 0));
  EXPECT_THAT(counts({true, true, false, false, true, true}), ElementsAre(1, 1, 0, 0, 0, 1));
  EXPECT_THAT(counts({true, false, true, true, true, true}), ElementsAre(1, 0, 0, 0, 0, 0));
  EXPECT_THAT(counts({false, true, true, true, true, true}), ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(MeasureTest, ARatiosNumeratorNeedNotBeInItsDenominator) {
  const auto ratio =
      measure_of({"initial-population", "denominator", "numerator"}, "boolean", "ratio");
  const auto elm = library("M", "\"initial-population\": " + boolean(true) + ", \"denominator\": " +
                                    boolean(false) + ", \"numerator\": " + boolean(true));

  EXPECT_THAT(counts_of(evaluate(ratio, elm)), ElementsAre(1, 0, 1));
}

TEST(MeasureTest, NullCriteriaAreNotMet) {
  const auto cohort = measure_of({"initial-population"}, "boolean", "cohort");

  EXPECT_THAT(
      counts_of(evaluate(cohort, library("M", R"("initial-population": {"type": "Null"})"))),
      ElementsAre(0));
}

TEST(MeasureTest, EpisodesAreCountedOneByOne) {
  const auto bundle = json::parse(R"({"resourceType": "Bundle", "entry": [
    {"resource": {"resourceType": "Encounter", "id": "a", "status": "finished"}},
    {"resource": {"resourceType": "Encounter", "id": "b", "status": "planned"}}]})");
  const std::string encounters =
      R"({"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Encounter", "templateId": "e"})";
  const std::string finished = R"({"type": "Query", "source": [{"alias": "E", "expression": )" +
                               encounters +
                               R"(}], "where": {"type": "Equal", "operand": [
        {"type": "Property", "path": "value",
         "source": {"type": "Property", "path": "status", "scope": "E"}},
        {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String",
         "value": "finished"}]}})";
  const auto elm =
      library("M", "\"initial-population\": " + encounters + ", \"denominator\": " + finished +
                       ", \"numerator\": " + encounters);

  EXPECT_THAT(counts_of(evaluate(
                  measure_of({"initial-population", "denominator", "numerator"}, "Encounter"), elm,
                  bundle)),
              ElementsAre(2, 1, 1));
}

TEST(MeasureTest, AnUnknownValueSetIsNotAnEmptyOne) {
  const auto cohort = measure_of({"initial-population"});
  const auto elm = library(
      "M",
      R"("initial-population": {"type": "Exists", "operand": {"type": "Retrieve",
         "dataType": "{http://hl7.org/fhir}Condition", "templateId": "c", "codeProperty": "code",
         "codes": {"type": "ValueSetRef", "name": "Diabetes"}}})",
      R"("valueSets": {"def": [{"name": "Diabetes", "id": "http://example.org/diabetes"}]})");

  EXPECT_THAT(error_of(evaluate(cohort, elm)),
              HasSubstr("http://example.org/diabetes is not at hand"));

  Terminology terminology;
  terminology.add(json::parse(R"({"url": "http://example.org/diabetes", "expansion": {"contains": [
      {"system": "s", "code": "grouper", "abstract": true, "contains": [
        {"system": "s", "code": "44054006"}]}]}})")
                      .as_object());
  const auto patient = [](const std::string& code) {
    return json::parse(R"({"entry": [{"resource": {"resourceType": "Condition",
        "code": {"coding": [{"system": "s", "code": ")" +
                       code + R"("}]}}}]})");
  };
  EXPECT_THAT(counts_of(evaluate(cohort, elm, patient("44054006"), terminology)), ElementsAre(1));
  EXPECT_THAT(counts_of(evaluate(cohort, elm, patient("grouper"), terminology)), ElementsAre(0));
}

TEST(MeasureTest, AMessageOfSeverityErrorIsNotedAndItsValueNull) {
  const auto elm =
      library("M", R"("initial-population": {"type": "IsNull", "operand": {"type": "Message",
        "source": )" + integer(5) +
                       R"(, "condition": )" + boolean(true) + R"(,
        "severity": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String",
                     "value": "Error"},
        "message": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String",
                    "value": "a comparator"}}})");

  const auto found = evaluate(measure_of({"initial-population"}), elm);

  EXPECT_THAT(counts_of(found), ElementsAre(1));
  EXPECT_THAT(found->messages, ElementsAre("a comparator"));
}

TEST(MeasureTest, TheMeasurementPeriodIsGivenAsItsLibraryWantsIt) {
  const std::string start =
      R"("initial-population": {"type": "Equal", "operand": [
           {"type": "Start", "operand": {"type": "ParameterRef", "name": "Measurement Period"}},
           {"type": "Date", "year": )" +
      integer(2025) + R"(, "month": )" + integer(1) + R"(, "day": )" + integer(1) + "}]}";
  const auto with_point = [&](const std::string& type) {
    return library("M", start,
                   R"("parameters": {"def": [{"name": "Measurement Period",
        "parameterTypeSpecifier": {"type": "IntervalTypeSpecifier",
          "pointType": {"type": "NamedTypeSpecifier",
                        "name": "{urn:hl7-org:elm-types:r1})" +
                       type + R"("}}}]})");
  };

  EXPECT_THAT(counts_of(evaluate(measure_of({"initial-population"}), with_point("Date"))),
              ElementsAre(1));
  EXPECT_THAT(counts_of(evaluate(measure_of({"initial-population"}), with_point("DateTime"))),
              ElementsAre(0));
}

// As translators write `with [Medication] M such that M.id = Last(Split(MR.medication.reference,
// '/')) and M.code in …`: primitives without .value, and M.code without scope.
TEST(MeasureTest, AMedicationGivenByReferenceIsFound) {
  const auto elm = library("M", R"("initial-population": {"type": "Exists", "operand": {
    "type": "Query",
    "source": [{"alias": "MR", "expression": {"type": "Retrieve", "templateId": "r",
                "dataType": "{http://hl7.org/fhir}MedicationRequest"}}],
    "relationship": [{"type": "With", "alias": "M", "expression": {"type": "Retrieve",
        "templateId": "m", "dataType": "{http://hl7.org/fhir}Medication"},
      "suchThat": {"type": "And", "operand": [
        {"type": "Equal", "operand": [
          {"type": "Property", "path": "id", "scope": "M"},
          {"type": "Last", "source": {"type": "Split",
            "stringToSplit": {"type": "Property", "path": "medication.reference", "scope": "MR"},
            "separator": {"type": "Literal", "value": "/",
                          "valueType": "{urn:hl7-org:elm-types:r1}String"}}}]},
        {"type": "Not", "operand": {"type": "IsNull",
          "operand": {"type": "Property", "path": "code"}}}]}}]}})");
  const auto request_of = [](const std::string& medication) {
    return json::parse(R"({"entry": [
      {"resource": {"resourceType": "Medication", "id": "aspirin", "code": {"text": "aspirin"}}},
      {"resource": {"resourceType": "MedicationRequest",
                    "medicationReference": {"reference": "Medication/)" +
                       medication + R"("}}}]})");
  };
  const auto cohort = measure_of({"initial-population"});

  EXPECT_THAT(counts_of(evaluate(cohort, elm, request_of("aspirin"))), ElementsAre(1));
  EXPECT_THAT(counts_of(evaluate(cohort, elm, request_of("other"))), ElementsAre(0));
}

TEST(MeasureTest, AMeasureWithoutCriteriaIsRefused) {
  EXPECT_THAT(error_of(evaluate({}, library("M", ""))), HasSubstr("Measure.group is missing"));
  EXPECT_THAT(error_of(evaluate(measure_of({""}), library("M", ""))), HasSubstr("no code"));
}

}  // namespace
}  // namespace projections::quality::test
