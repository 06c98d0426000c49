#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "query/fhir/bundle.h"

namespace query::fhir {
namespace {

namespace json = boost::json;

TEST(FhirBundle, AnEmptySearchsetHasNoEmptyList) {
  BundleWriter bundle("searchset", "http://h");
  bundle.total(0);
  bundle.link("self", "http://h/fhir/Condition?code=\"x\"");
  const auto written = json::parse(std::move(bundle).finish());
  EXPECT_FALSE(written.as_object().contains("entry"));
  EXPECT_EQ(written.at("total").as_int64(), 0);
  EXPECT_EQ(written.at("link").at(0).at("url").as_string(), "http://h/fhir/Condition?code=\"x\"");
}

TEST(FhirBundle, ADocumentStandsInItsEntryByteByByte) {
  const std::string document = R"({"resourceType":"Condition",  "onsetAge":{"value":1.50}})";
  BundleWriter bundle("searchset", "http://h");
  bundle.resource("Condition", "c1", document);
  bundle.outcome(R"({"resourceType":"OperationOutcome"})");
  const std::string text = std::move(bundle).finish();
  EXPECT_NE(text.find(document), std::string::npos);
  const auto written = json::parse(text);
  EXPECT_EQ(written.at("entry").at(0).at("fullUrl").as_string(), "http://h/fhir/Condition/c1");
  EXPECT_EQ(written.at("entry").at(0).at("search").at("mode").as_string(), "match");
  EXPECT_EQ(written.at("entry").at(1).at("search").at("mode").as_string(), "outcome");
}

TEST(FhirBundle, ADeleteIsAnEntryOfHistoryWithoutResource) {
  BundleWriter bundle("history", "http://h");
  bundle.history({"Condition", "c1", {2}, events::KnownTime{}, "DELETE", "204 No Content"}, "");
  const auto written = json::parse(std::move(bundle).finish());
  const auto& entry = written.at("entry").at(0);
  EXPECT_FALSE(entry.as_object().contains("resource"));
  EXPECT_EQ(entry.at("request").at("method").as_string(), "DELETE");
  EXPECT_EQ(entry.at("request").at("url").as_string(), "Condition/c1");
  EXPECT_EQ(entry.at("response").at("etag").as_string(), "W/\"2\"");
}

}  // namespace
}  // namespace query::fhir
