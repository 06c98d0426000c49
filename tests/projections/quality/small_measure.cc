#include "tests/projections/quality/small_measure.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "projections/quality/terminology.h"
#include "tests/projections/quality/elm_library.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

constexpr const char* string_type = "{urn:hl7-org:elm-types:r1}String";

std::string retrieve(const std::string& type) {
  return fmt::format(
      R"({{"type": "Retrieve", "templateId": "t", "dataType": "{{http://hl7.org/fhir}}{}"}})",
      type);
}
std::string property(const std::string& path, const std::string& alias) {
  return fmt::format(R"({{"type": "Property", "path": "{}", "scope": "{}"}})", path, alias);
}
std::string text_literal(const std::string& text) {
  return fmt::format(R"({{"type": "Literal", "valueType": "{}", "value": "{}"}})", string_type,
                     text);
}
std::string where(const std::string& source, const std::string& condition) {
  return fmt::format(
      R"({{"type": "Query", "source": [{{"alias": "E", "expression": {}}}], "relationship": [],
          "where": {}}})",
      source, condition);
}
std::string equal(const std::string& a, const std::string& b) {
  return fmt::format(R"({{"type": "Equal", "operand": [{}, {}]}})", a, b);
}
std::string reference(const std::string& name) {
  return fmt::format(R"({{"type": "ExpressionRef", "name": "{}"}})", name);
}
// singleton from {1, 2}: an error of the evaluation.
const std::string two_of_one =
    R"({"type": "SingletonFrom", "operand": {"type": "List", "element": [)" + integer(1) + "," +
    integer(2) + "]}}";

json::object population(const std::string& id, const std::string& code,
                        const std::string& expression, const std::string& extensions = "[]") {
  return json::parse(fmt::format(R"({{"id": "{}", "code": {{"coding": [{{"code": "{}"}}]}},
      "criteria": {{"expression": "{}"}}, "extension": {}}})",
                                 id, code, expression, extensions))
      .as_object();
}

}  // namespace

json::object stays_measure() {
  auto measure = json::parse(R"({"resourceType": "Measure", "name": "Stays", "version": "1.0",
      "url": "http://example.org/Measure/Stays", "library": ["http://example.org/Library/M|1.0"],
      "scoring": {"coding": [{"code": "continuous-variable"}]},
      "improvementNotation": {"coding": [{"code": "decrease"}]},
      "supplementalData": [
        {"id": "sde-sex", "description": "SDE Sex", "criteria": {"expression": "Sex"}},
        {"id": "sde-visits", "usage": [{"coding": [{"code": "risk-adjustment-factor"}]}],
         "criteria": {"expression": "Visits"}}],
      "group": [{"id": "g",
        "extension": [{"url": "http://example.org/cqfm-populationBasis", "valueCode": "Encounter"}],
        "stratifier": [
          {"id": "by-length", "code": {"text": "Long stays"}, "criteria": {"expression": "Long"}},
          {"id": "by-sex", "criteria": {"expression": "Sex"}},
          {"id": "empty", "criteria": {}}]}]})")
                     .as_object();
  measure.at("group").at(0).as_object()["population"] = {
      population("ip", "initial-population", "Visits"),
      population("mp", "measure-population", "Finished"),
      population("mpx", "measure-population-exclusion", "Emergency"),
      population("obs", "measure-observation", "Days",
                 R"([{"url": "http://example.org/cqfm-aggregateMethod", "valueString": "Average"},
                     {"url": "http://example.org/cqfm-criteriaReference", "valueString": "mp"}])"),
  };
  return measure;
}

std::string stays_definitions(const std::vector<std::string>& broken) {
  const auto patient = R"({"type": "SingletonFrom", "operand": )" + retrieve("Patient") + "}";
  std::vector<std::pair<std::string, std::string>> definitions{
      {"Patient", patient},
      {"Sex",
       R"({"type": "Property", "path": "gender.value", "source": )" + reference("Patient") + "}"},
      {"Visits", retrieve("Encounter")},
      {"Finished",
       where(reference("Visits"), equal(property("status.value", "E"), text_literal("finished")))},
      {"Emergency",
       where(reference("Visits"), equal(property("class.code.value", "E"), text_literal("EMER")))},
      {"Long", where(reference("Visits"),
                     R"({"type": "Greater", "operand": [)" + property("length.value.value", "E") +
                         R"(, {"type": "ToDecimal", "operand": )" + integer(3) + "}]}")}};
  std::string text;
  for (const auto& [name, elm] : definitions) {
    const bool is_broken = std::find(broken.begin(), broken.end(), name) != broken.end();
    text += fmt::format("\"{}\": {},", name, is_broken ? two_of_one : elm);
  }
  const bool is_broken = std::find(broken.begin(), broken.end(), "Days") != broken.end();
  return text + R"("Days": {"type": "FunctionDef", "operand": [{"name": "E"}], "expression": )" +
         (is_broken ? two_of_one : R"({"type": "Property", "path": "length.value.value",
                          "source": {"type": "OperandRef", "name": "E"}})") +
         "}";
}

json::value stays_library(const std::vector<std::string>& broken) {
  return library("M", stays_definitions(broken));
}

json::value stays_bundle(const std::vector<std::string>& broken) {
  const json::object resource{
      {"resourceType", "Library"},
      {"name", "M"},
      {"version", "1.0"},
      {"url", "http://example.org/Library/M"},
      {"content",
       json::array{json::object{{"contentType", "application/elm+json"},
                                {"data", base64(json::serialize(stays_library(broken)))}}}}};
  return json::object{{"resourceType", "Bundle"},
                      {"type", "collection"},
                      {"entry", json::array{json::object{{"resource", stays_measure()}},
                                            json::object{{"resource", resource}}}}};
}

json::value patient_with(const std::vector<Stay>& stays, const std::string& id,
                         const std::string& gender) {
  json::array entries{json::object{
      {"resource", json::object{{"resourceType", "Patient"}, {"id", id}, {"gender", gender}}}}};
  for (const auto& stay : stays) {
    auto encounter = json::parse(fmt::format(
        R"({{"resourceType": "Encounter", "id": "{}", "meta": {{"versionId": "2"}}, "status": "{}",
            "class": {{"code": "{}"}}, "length": {{"value": {}, "unit": "d"}}}})",
        stay.id, stay.status, stay.encounter_class, stay.days));
    entries.push_back(json::object{{"resource", std::move(encounter)}});
  }
  return json::object{
      {"resourceType", "Bundle"}, {"type", "searchset"}, {"entry", std::move(entries)}};
}

Measure stays(const std::vector<std::string>& broken) {
  const std::vector<json::value> libraries{stays_library(broken)};
  static const Terminology none;
  auto loaded = Measure::load(stays_measure(), libraries, "M", none);
  if (!loaded) ADD_FAILURE() << loaded.error().message;
  return std::move(loaded.value());
}

}  // namespace projections::quality::test
