// What is taken of measure content, and what is refused.
#include "projections/quality/content.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "projections/quality/record.h"
#include "tests/projections/quality/deck.h"

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

json::value library_of(const std::string& data) {
  return json::parse(R"({"resourceType": "Library", "name": "M", "url": "http://example.org/L",
      "content": [{"contentType": "text/cql", "data": "x"},
                  {"contentType": "application/elm+json", "data": ")" +
                     data + R"("}]})");
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
       {measure, library_of(elm), json::parse(R"({"resourceType": "Group"})")})
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
  EXPECT_THAT(error_of(content.add(library_of("?"))), HasSubstr("not ELM in base64"));
  EXPECT_THAT(error_of(content.add(library_of("e30="))), HasSubstr("not ELM in base64"));
  EXPECT_EQ(error_of(content.add(library_of(elm))), "no error");
  EXPECT_THAT(error_of(content.add(library_of(elm))), HasSubstr("library M is there twice"));
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

TEST(ContentTest, PatientsThatCannotBeEvaluatedAreInNoCount) {
  MeasureTotals totals;
  totals.add(events::unprocessable("an interval that ends before it starts"));

  EXPECT_EQ(totals.patients, 1u);
  EXPECT_EQ(totals.failed, 1u);
  EXPECT_THAT(totals.first_failure, HasSubstr("ends before it starts"));
}

}  // namespace
}  // namespace projections::quality::test
