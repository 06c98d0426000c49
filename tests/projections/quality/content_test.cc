// What is taken of measure content, and what is refused.
#include "projections/quality/content.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "projections/quality/record.h"
#include "tests/projections/quality/deck.h"
#include "tests/projections/quality/elm_library.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// {"library": {"identifier": {"id": "M"}, "statements": {"def": [{"name": "all", "expression":
//   {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": "true"}}]}}}
constexpr const char* elm =
    "eyJsaWJyYXJ5IjogeyJpZGVudGlmaWVyIjogeyJpZCI6ICJNIn0sICJzdGF0ZW1lbnRzIjogeyJkZWYiOiBb"
    "eyJuYW1lIjogImFsbCIsICJleHByZXNzaW9uIjogeyJ0eXBlIjogIkxpdGVyYWwiLCAidmFsdWVUeXBlIjog"
    "Int1cm46aGw3LW9yZzplbG0tdHlwZXM6cjF9Qm9vbGVhbiIsICJ2YWx1ZSI6ICJ0cnVlIn19XX19fQ==";

json::value with_data(const std::string& data) {
  return json::parse(R"({"resourceType": "Library", "name": "M", "url": "http://example.org/L",
      "content": [{"contentType": "text/cql", "data": "x"},
                  {"contentType": "application/elm+json", "data": ")" +
                     data + R"("}]})");
}
// With its ELM in it.
json::value resource_of(const std::string& id, const std::string& version,
                        const std::string& text) {
  return json::object{
      {"resourceType", "Library"},
      {"name", id},
      {"version", version},
      {"url", id == "M" ? std::string("http://example.org/L") : "http://example.org/" + id},
      {"content",
       json::array{json::object{{"contentType", "application/elm+json"}, {"data", base64(text)}}}}};
}
const json::value measure = json::parse(R"({"resourceType": "Measure", "name": "Everyone",
    "library": ["http://example.org/L|1.0"],
    "group": [{"population": [{"code": {"coding": [{"code": "initial-population"}]},
                               "criteria": {"expression": "all"}}]}]})");

std::string error_of(const events::Status& status) {
  return status ? "no error" : status.error().message;
}

TEST(ContentTest, ABundleBringsMeasureAndLibrary) {
  json::value bundle = json::parse(R"({"resourceType": "Bundle", "entry": []})");
  for (const auto& resource :
       {measure, with_data(elm), json::parse(R"({"resourceType": "Group"})")})
    bundle.at("entry").as_array().push_back(json::object{{"resource", resource}});
  Content content;

  EXPECT_EQ(error_of(content.add(bundle)), "no error");

  EXPECT_THAT(content.measures(), ElementsAre("Everyone"));
  const auto loaded = content.load("Everyone");
  ASSERT_TRUE(loaded) << loaded.error().message;
  MeasureTotals totals;
  const Record nobody(json::parse("{}"));
  for (int i = 0; i < 3; ++i)
    totals.add(loaded->evaluate(nobody, period_of("2025-01-01", "2025-12-31")));
  EXPECT_EQ(totals.patients, 3u);
  EXPECT_EQ(totals.groups[0].populations[0].count, 3u);
}

TEST(ContentTest, WhatCannotBeReadOrIsThereTwiceIsRefused) {
  Content content;
  EXPECT_THAT(error_of(content.add(with_data("?"))), HasSubstr("not ELM in base64"));
  EXPECT_THAT(error_of(content.add(with_data("e30="))), HasSubstr("not ELM in base64"));
  EXPECT_EQ(error_of(content.add(with_data(elm))), "no error");
  EXPECT_THAT(error_of(content.add(with_data(elm))), HasSubstr("library M is there twice"));
  EXPECT_EQ(error_of(content.add(measure)), "no error");
  EXPECT_THAT(error_of(content.add(measure)), HasSubstr("\"Everyone\" is there twice"));
  EXPECT_THAT(error_of(content.add(json::parse("5"))), HasSubstr("not a JSON object"));
}

TEST(ContentTest, AMeasureWithoutItsLibraryIsRefused) {
  Content content;
  EXPECT_EQ(error_of(content.add(measure)), "no error");

  EXPECT_THAT(content.load("Everyone").error().message, HasSubstr("http://example.org/L"));
  EXPECT_EQ(content.load("Nobody").error().code, events::ErrorCode::not_found);
}

// A library of these includes, each "name version"; its definition is `all`.
json::value including(const std::string& id, const std::string& version,
                      const std::vector<std::pair<std::string, std::string>>& includes) {
  json::array defs;
  for (const auto& [path, wanted] : includes)
    defs.push_back(json::object{
        {"localIdentifier", path}, {"path", "http://example.org/" + path}, {"version", wanted}});
  auto document = library(id, "\"all\": " + boolean(true));
  auto& elm_library = document.at("library").as_object();
  elm_library.at("identifier").as_object()["version"] = version;
  elm_library["includes"] = json::object{{"def", defs}};
  return resource_of(id, version, json::serialize(document));
}
std::string load_error(const std::vector<json::value>& resources) {
  Content content;
  for (const auto& resource : resources) EXPECT_EQ(error_of(content.add(resource)), "no error");
  const auto loaded = content.load("Everyone");
  return loaded ? "no error" : loaded.error().message;
}

TEST(ContentTest, IncludedLibrariesMustBeThereInTheVersionAskedFor) {
  const auto found = load_error({measure, including("M", "1.0", {{"A", "2"}, {"B", "1"}}),
                                 including("A", "3", {{"C", "7"}})});

  for (const auto* problem :
       {"3 problems", "M includes A 2; what is at hand is 3",
        "M includes B 1, which is not at hand", "A includes C 7, which is not at hand"})
    EXPECT_THAT(found, HasSubstr(problem));
  EXPECT_EQ(load_error({measure, including("M", "1.0", {{"A", "3"}}), including("A", "3", {})}),
            "no error");
}

TEST(ContentTest, LibrariesThatIncludeEachOtherAreRefused) {
  EXPECT_THAT(load_error({measure, including("M", "1.0", {{"A", "1"}}),
                          including("A", "1", {{"M", "1.0"}})}),
              HasSubstr("M includes A includes M: a circle"));
}

TEST(ContentTest, TheMeasuresOwnLibraryIsOfTheVersionItNames) {
  EXPECT_THAT(load_error({measure, including("M", "2.0", {})}),
              HasSubstr("is at hand as version 2.0, not 1.0"));
}

TEST(ContentTest, EveryValueSetThatIsMissingIsNamed) {
  const auto in = [](const std::string& set) {
    return R"({"type": "AnyInValueSet", "valueset": {"name": ")" + set + R"("}, "codes":
      {"type": "List", "element": []}})";
  };
  const auto document =
      library("M", R"("all": {"type": "And", "operand": [)" + in("one") + "," + in("two") + "]}",
              R"("valueSets": {"def": [{"name": "one", "id": "http://example.org/one"},
                                      {"name": "two", "id": "http://example.org/two"}]})");
  const auto found = load_error({measure, resource_of("M", "1.0", json::serialize(document))});

  EXPECT_THAT(found, HasSubstr("value set http://example.org/one is not at hand"));
  EXPECT_THAT(found, HasSubstr("value set http://example.org/two is not at hand"));
}

TEST(ContentTest, AValueSetOfAnotherVersionIsNotTheOneAskedFor) {
  const auto document = library(
      "M", R"("all": {"type": "AnyInValueSet", "valueset": {"name": "one"}, "codes":
                {"type": "List", "element": []}})",
      R"("valueSets": {"def": [{"name": "one", "id": "http://example.org/one", "version": "2"}]})");
  const auto set = json::parse(R"({"resourceType": "ValueSet", "url": "http://example.org/one",
      "version": "1", "expansion": {"contains": [{"system": "s", "code": "c"}]}})");

  EXPECT_THAT(load_error({measure, set, resource_of("M", "1.0", json::serialize(document))}),
              HasSubstr("is at hand as version 1, not 2"));
}

TEST(ContentTest, PatientsThatCannotBeEvaluatedAreInNoCount) {
  MeasureTotals totals;
  totals.add(events::unprocessable("an interval that ends before it starts"));

  EXPECT_EQ(totals.patients, 1u);
  EXPECT_EQ(totals.failed, 1u);
  EXPECT_THAT(totals.first_failure, HasSubstr("ends before it starts"));
}

}  // namespace
}  // namespace projections::quality::test
