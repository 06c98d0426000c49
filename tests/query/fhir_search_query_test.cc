#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/fhir/search_query.h"

namespace query::fhir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<SearchQuery> parse(std::string_view type, const QueryParameters& parameters,
                          bool lenient = false) {
  const auto known = events::type_of_name(type);
  return parse_search(*search_table(*known), {type, parameters, {"http://localhost", {}}, lenient});
}

TEST(FhirSearchQuery, APatientIsNamedByIdTypeOrOurUrl) {
  for (const char* value : {"1", "Patient/1", "http://localhost/fhir/Patient/1"}) {
    for (const char* name : {"patient", "subject", "patient:Patient"}) {
      const auto query = parse("Condition", {{name, value}});
      ASSERT_TRUE(query.has_value()) << name << value << query.error().message;
      EXPECT_THAT(query->patients, ElementsAre("1"));
    }
  }
}

TEST(FhirSearchQuery, EveryFaultIsRefusedWithParameterAndRemedy) {
  struct Case {
    const char *type, *name, *value, *named, *remedy;
  };
  for (const Case& each : {
           Case{"Condition", "patient", "Group/1", "patient:", "Patient"},
           Case{"Condition", "patient", "https://other.example/Patient/1",
                "patient:", "Patient/<id>"},
           Case{"Condition", "patient", "", "patient:", "Patient/<id>"},
           Case{"AllergyIntolerance", "subject", "1", "subject:", "searchParam"},
           Case{"Condition", "colour", "red", "colour:", "handling=lenient"},
           Case{"Condition", "code:in", "x", "code:in", "leave it out"},
           Case{"Condition", "onset-date:exact", "2024", "onset-date:exact", "leave it out"},
           Case{"Condition", "code:missing", "yes", "code:missing", "true"},
           Case{"Condition", "code", "a|b|c", "code:", "system|code"},
           Case{"Condition", "code", "", "code:", "write"},
           Case{"Condition", "code", "|", "code:", "write"},
           Case{"Condition", "onset-date", "2024-13-01", "onset-date:", "YYYY-MM-DD"},
           Case{"Condition", "onset-date", "xx2024", "onset-date:", "eq, ne, gt"},
           Case{"Condition", "onset-date", "2024-01-01T10:00:00 02:00", "onset-date:", "%2B"},
           Case{"Condition", "encounter", "a b", "encounter:", "Type/id"},
           Case{"Observation", "value-quantity", "five", "value-quantity:", "prefix"},
           Case{"Observation", "value-quantity", "5.|u|c", "value-quantity:", "number|system|code"},
           Case{"Observation", "value-quantity", "5|u", "value-quantity:", "number||unit"},
           Case{"Observation", "value-string", "", "value-string:", "write"},
           Case{"Condition", "value", "1", "value:", "/fhir/metadata"},
           Case{"Condition", "_count", "many", "_count:", "0 to 1000"},
           Case{"Condition", "_count", "-1", "_count:", "0 to 1000"},
           Case{"Condition", "_total", "maybe", "_total:", "accurate"},
           Case{"Condition", "_summary", "some", "_summary:", "true, text, data"},
           Case{"Condition", "_elements", "colour", "_elements:", "names of its own elements"},
           Case{"Condition", "_elements", "code,,id", "_elements:", "by commas"},
           Case{"Observation", "code-value-quantity", "1",
                "code-value-quantity:", "<token>$<quantity>"},
           Case{"Observation", "code-value-quantity:missing", "true", "code-value-quantity:missing",
                "leave it out"},
           Case{"Procedure", "instantiates-uri:contains", "x", "instantiates-uri:contains",
                "leave it out"},
           Case{"Condition", "_sort", "encounter", "_sort:", "onset-date"},
           Case{"Condition", "_cursor", "AAAA", "_cursor:", "next"},
           Case{"Condition", "_lastUpdated:missing", "true", "_lastUpdated:missing",
                "leave it out"},
       }) {
    QueryParameters parameters{{each.name, each.value}};
    if (std::string_view(each.named) != "patient:")
      parameters.insert(parameters.begin(), {"patient", "1"});
    const auto query = parse(each.type, parameters);
    ASSERT_FALSE(query.has_value()) << each.name << "=" << each.value;
    EXPECT_EQ(query.error().code, events::ErrorCode::invalid);
    EXPECT_THAT(query.error().message, HasSubstr(each.named));
    EXPECT_THAT(query.error().message, HasSubstr(each.remedy)) << each.name << "=" << each.value;
  }
}

TEST(FhirSearchQuery, WhatWouldAnswerAnotherQuestionIsRefusedAlsoByLenientHandling) {
  for (const char* name : {"asOf", "at", "_filter", "_text", "_content", "_list", "_query"}) {
    const auto query = parse("Condition", {{"patient", "1"}, {name, "x"}}, true);
    ASSERT_FALSE(query.has_value()) << name;
    EXPECT_EQ(query.error().code, events::ErrorCode::unsupported);
    EXPECT_THAT(query.error().message, HasSubstr(name));
  }
}

TEST(FhirSearchQuery, LenientHandlingIgnoresUnknownParametersAndSaysSo) {
  const auto query = parse("Condition", {{"patient", "1"}, {"colour", "red"}}, true);
  ASSERT_TRUE(query.has_value());
  ASSERT_EQ(query->warnings.size(), 1u);
  EXPECT_THAT(query->warnings[0].message, HasSubstr("colour"));
  EXPECT_EQ(query->page.used, (QueryParameters{{"patient", "1"}}));
}

TEST(FhirSearchQuery, LenientHandlingDoesNotForgiveABrokenValue) {
  EXPECT_FALSE(parse("Condition", {{"patient", "1"}, {"onset-date", "soon"}}, true).has_value());
}

TEST(FhirSearchQuery, AClinicalResourceMayBeAskedForByItsIdAlone) {
  const auto query = parse("Condition", {{"_id", "a,b"}});
  ASSERT_TRUE(query.has_value());
  EXPECT_THAT(query->ids, ElementsAre("a", "b"));
}

TEST(FhirSearchQuery, TheDirectoryNeedsNoPatient) {
  EXPECT_TRUE(parse("Organization", {{"name", "anne"}}).has_value());
  EXPECT_TRUE(parse("Practitioner", {}).has_value());
}

TEST(FhirSearchQuery, CountsAreCappedAndZeroCountsOnly) {
  EXPECT_EQ(parse("Condition", {{"patient", "1"}})->page.count, count_default);
  EXPECT_EQ(
      parse("Condition", {{"patient", "1"}, {"_count", "99999999999999999999999"}})->page.count,
      count_max);
  EXPECT_TRUE(parse("Condition", {{"patient", "1"}, {"_count", "0"}})->page.count_only);
  EXPECT_TRUE(parse("Condition", {{"patient", "1"}, {"_summary", "count"}})->page.count_only);
}

TEST(FhirSearchQuery, SortsByDatesAndIdsInEitherDirection) {
  const auto query =
      parse("MedicationRequest", {{"patient", "1"}, {"_sort", "-authoredon,_lastUpdated,_id"}});
  ASSERT_TRUE(query.has_value());
  ASSERT_EQ(query->sort.size(), 3u);
  EXPECT_TRUE(query->sort[0].descending);
  EXPECT_EQ(query->sort[0].parameter->name, "authoredon");
  EXPECT_EQ(query->sort[2].parameter->name, "_id");
}

TEST(FhirSearchQuery, AFormAndAUrlMeanTheSame) {
  const auto form = parse_form("patient=Patient%2F1&code=a%7Cb+c&&flag");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(*form, (QueryParameters{{"patient", "Patient/1"}, {"code", "a|b c"}, {"flag", ""}}));
  EXPECT_FALSE(parse_form("code=%zz").has_value());
  EXPECT_EQ(link_to("http://h", "/fhir/Condition", *form, "next"),
            "http://h/fhir/Condition?patient=Patient/1&code=a%7Cb%20c&flag=&_cursor=next");
}

}  // namespace
}  // namespace query::fhir
