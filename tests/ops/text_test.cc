#include "ops/http/text.h"

#include <gmock/gmock.h>

namespace ops::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Request request_of(std::string target,
                   std::vector<std::pair<std::string, std::string>> headers = {}) {
  auto request = read_head({"GET", std::move(target), std::move(headers)}, "127.0.0.1:8080");
  return request ? *request : Request{};
}

TEST(TextTest, PathAndQueryAreDecodedAndRepeatsKept) {
  const auto request = request_of("/fhir/Patient/a%20b?code=x%7Cy&code=z+w&flag");
  EXPECT_EQ(request.path, "/fhir/Patient/a b");
  EXPECT_THAT(request.query,
              ElementsAre(Pair("code", "x|y"), Pair("code", "z w"), Pair("flag", "")));
  EXPECT_EQ(*request.parameter("code"), "x|y");
  EXPECT_EQ(request.parameter("none"), nullptr);
}

TEST(TextTest, APlusInThePathIsAPlus) { EXPECT_EQ(request_of("/a+b").path, "/a+b"); }

TEST(TextTest, AnEscapeMayEndTheTarget) { EXPECT_EQ(request_of("/a%41").path, "/aA"); }

TEST(TextTest, AbsoluteTargetsAreRead) {
  const auto request = request_of("http://else.where:99/fhir/metadata?a=b");
  EXPECT_EQ(request.path, "/fhir/metadata");
  EXPECT_EQ(request.query.size(), 1u);
}

TEST(TextTest, WrongTargetsAreInvalid) {
  for (const char* target :
       {"/a%", "/a%4", "/a%zz", "/a%00", "/a%0d%0aX: y", "/a%ff", "/?b=%g1", "*", "", "/a%c0%af"}) {
    const auto request = read_head({"GET", target, {}}, "h");
    ASSERT_FALSE(request.has_value()) << target;
    EXPECT_EQ(request.error().code, events::ErrorCode::invalid) << target;
  }
}

TEST(TextTest, PrincipalIsAsClaimedElseAnonymous) {
  const auto principal = request_of("/", {{"x-chartlog-subject", "dr-a"},
                                          {"x-chartlog-role", "physician"},
                                          {"x-chartlog-site", "north"},
                                          {"x-chartlog-purpose", "TREAT"}})
                             .principal;
  EXPECT_EQ(principal.subject + principal.role + principal.site + principal.purpose,
            "dr-aphysiciannorthTREAT");
  EXPECT_EQ(request_of("/").principal.subject, "anonymous");
}

TEST(TextTest, BaseUrlFollowsHostAndProxyButNeverOddOnes) {
  EXPECT_EQ(request_of("/", {{"host", "chart.example:8443"}}).base_url,
            "http://chart.example:8443");
  EXPECT_EQ(
      request_of("/",
                 {{"host", "in:1"}, {"x-forwarded-host", "out"}, {"x-forwarded-proto", "https"}})
          .base_url,
      "https://out");
  EXPECT_EQ(request_of("/", {{"host", "a\"><b"}}).base_url, "http://127.0.0.1:8080");
}

TEST(TextTest, RequestIdIsTheSendersIfHarmless) {
  EXPECT_EQ(request_of("/", {{"x-request-id", "abc-1"}}).request_id, "abc-1");
  EXPECT_NE(request_of("/", {{"x-request-id", "a b\n"}}).request_id, "a b\n");
  EXPECT_EQ(request_of("/").request_id.size(), 16u);
}

}  // namespace
}  // namespace ops::http
