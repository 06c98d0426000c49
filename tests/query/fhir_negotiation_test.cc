#include <gtest/gtest.h>

#include "query/fhir/negotiation.h"

namespace query::fhir {
namespace {

ops::http::Request request_with(const char* accept, const char* format = nullptr) {
  ops::http::Request request;
  if (accept != nullptr) request.headers.emplace_back("accept", accept);
  if (format != nullptr) request.query.emplace_back("_format", format);
  return request;
}

TEST(FhirNegotiation, JsonInAnyFormIsWritten) {
  for (const char* accept :
       {"application/fhir+json", "application/json", "*/*", "text/html, */*;q=0.1", ""}) {
    EXPECT_FALSE(refuse_format(request_with(accept)).has_value()) << accept;
  }
  EXPECT_FALSE(refuse_format(request_with(nullptr)).has_value());
  EXPECT_FALSE(refuse_format(request_with("application/fhir+xml", "json")).has_value());
}

TEST(FhirNegotiation, WhatWeDoNotWriteIsNotAcceptable) {
  EXPECT_EQ(refuse_format(request_with("application/fhir+xml"))->status, 406);
  EXPECT_EQ(refuse_format(request_with(nullptr, "xml"))->status, 406);
  EXPECT_EQ(refuse_format(request_with("application/json", "application/fhir+xml"))->status, 406);
}

TEST(FhirNegotiation, AVersionIsFoundInAListOfTags) {
  EXPECT_TRUE(names_version("W/\"3\"", 3));
  EXPECT_TRUE(names_version("\"1\", W/\"3\"", 3));
  EXPECT_TRUE(names_version("*", 3));
  EXPECT_FALSE(names_version("W/\"33\"", 3));
}

TEST(FhirNegotiation, TimesOfHeadersAreInGreenwich) {
  EXPECT_EQ(http_date(events::KnownTime(std::chrono::seconds(1717922993))),
            "Sun, 09 Jun 2024 08:49:53 GMT");
}

}  // namespace
}  // namespace query::fhir
