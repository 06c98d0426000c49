// The pages as the node serves them: one address a page, one policy for all HTML, files that are
// kept for ever under names that say what is in them.
#include <gmock/gmock.h>

#include <regex>

#include "ops/http/page.h"
#include "query/web/page_routes.h"
#include "query/web/served_file.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string header(const http::Answer& answer, const std::string& name) {
  const auto* value = answer.header(name);
  return value == nullptr ? std::string() : *value;
}

class PagesTest : public RunningNode {
 protected:
  void SetUp() override { start(); }
  http::Answer get(const std::string& path, const http::Client::Headers& headers) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    auto answer = client.ask("GET", path, headers, "");
    EXPECT_TRUE(answer) << path;
    return answer ? std::move(*answer) : http::Answer{};
  }
};

TEST_F(PagesTest, EveryAddressOfAPageHasThePage) {
  for (const std::string path : {"/", "/patients", "/patients/ana", "/patients/ana/results",
                                 "/population", "/population/due", "/audit", "/operations"}) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_THAT(answer.body, StartsWith("<!doctype html>")) << path;
    EXPECT_EQ(header(answer, "cache-control"), "no-cache");
  }
  EXPECT_EQ(ask("GET", "/nowhere").status, 404);
  EXPECT_EQ(ask("POST", "/patients").status, 405);
}

TEST_F(PagesTest, AllHtmlHasOnePolicyAndNothingThatItRefuses) {
  for (const std::string path : {"/", "/patients/ana", "/routes", "/audit/access?format=html"}) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(header(answer, "content-type"), "text/html; charset=utf-8") << path;
    EXPECT_EQ(header(answer, "content-security-policy"), http::page_policy) << path;
    EXPECT_EQ(header(answer, "x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(header(answer, "referrer-policy"), "no-referrer") << path;
    EXPECT_THAT(answer.body, Not(HasSubstr("<style"))) << path;
    EXPECT_THAT(answer.body, Not(HasSubstr(" style="))) << path;
    EXPECT_THAT(answer.body, Not(HasSubstr("<script>"))) << path;
  }
}

TEST_F(PagesTest, WhatThePageNamesIsServedForEver) {
  const auto page = ask("GET", "/").body;
  static const std::regex named(R"re("(/assets/[^"]+)")re");
  std::size_t files = 0;
  for (auto one = std::sregex_iterator(page.begin(), page.end(), named);
       one != std::sregex_iterator(); ++one, ++files) {
    const auto answer = ask("GET", (*one)[1]);
    EXPECT_EQ(answer.status, 200) << (*one)[1];
    EXPECT_THAT(header(answer, "cache-control"), HasSubstr("immutable"));
    EXPECT_EQ(header(answer, "content-encoding"), "");
  }
  EXPECT_EQ(files, 2u);
  EXPECT_EQ(ask("GET", "/assets/chartlog.000000000000.js").status, 404);
  EXPECT_EQ(ask("GET", std::string(http::report_style_path)).status, 200);
}

TEST_F(PagesTest, FilesComeCompressedOrNotAtAllWhereTheAskerCan) {
  for (const auto& file : query::web::served_files()) {
    if (file.gzip.empty()) continue;
    const auto path = "/assets/" + file.name;
    const auto packed = get(path, {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(header(packed, "content-encoding"), "gzip");
    EXPECT_EQ(packed.body, file.gzip);
    EXPECT_EQ(get(path, {{"Accept-Encoding", "gzip;q=0"}}).body, file.plain);
    const auto known = get(path, {{"If-None-Match", file.etag}});
    EXPECT_EQ(known.status, 304);
    EXPECT_EQ(known.body, "");
  }
}

// What the tree of results is made of.
TEST_F(PagesTest, AReportOnAChartNamesItsResults) {
  const std::string bundle =
      R"({"resourceType":"Bundle","type":"transaction","entry":[)"
      R"({"resource":{"resourceType":"Patient","id":"ana"},"request":{"method":"PUT","url":"Patient/ana"}},)"
      R"({"resource":{"resourceType":"Observation","id":"k","status":"final","code":{"text":"potassium"},)"
      R"("subject":{"reference":"Patient/ana"}},"request":{"method":"PUT","url":"Observation/k"}},)"
      R"({"resource":{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"panel"},)"
      R"("subject":{"reference":"Patient/ana"},"result":[{"reference":"Observation/k"},{"display":"by post"}]},)"
      R"("request":{"method":"PUT","url":"DiagnosticReport/r"}}]})";
  ASSERT_EQ(ask("POST", "/fhir", bundle).status, 200);
  EXPECT_THAT(ask("GET", "/charts/ana").body, HasSubstr(R"("results":["Observation/k"])"));
}

}  // namespace
}  // namespace ops::node
