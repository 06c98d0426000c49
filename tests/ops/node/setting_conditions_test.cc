// Settings that several people load at once: what one of them saw must still hold, or it is said
// what is there now, and nobody's part of it is lost.
#include <thread>

#include "projections/measures/package.h"
#include "tests/ops/node/measures_node.h"

namespace ops::node {
namespace {

using projections::measures::test::small_measure;
using projections::measures::test::small_payload;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr const char* small = "/settings/measure-Small-1.0";
constexpr const char* other = "/settings/measure-Other-1.0";

std::string payload_over(const std::string& year, const std::string& name = "Small") {
  return small_payload({year + "-01-01/" + year + "-12-31"}, name);
}

class SettingConditionsTest : public MeasuresTest {
 protected:
  http::Answer send(const std::string& method, const std::string& path,
                    const http::Client::Headers& headers, const std::string& body = {}) const {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(60));
    auto answer = client.ask(method, path, headers, body);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::move(*answer) : http::Answer{};
  }
  static std::string tag_of(const http::Answer& answer) {
    const auto* tag = answer.header("etag");
    return tag != nullptr ? *tag : "none";
  }
  std::vector<std::string> kept_over(const std::string& setting) const {
    const auto payload = projections::measures::read_payload(send("GET", setting, {}).body);
    EXPECT_TRUE(payload);
    std::vector<std::string> years;
    if (payload) {
      for (const auto& period : payload->periods) years.push_back(period.text.substr(0, 4));
    }
    return years;
  }
  json::value listed(std::size_t settings) {
    const auto answer = send("GET", "/settings", {});
    const auto all = json::parse(answer.body).at("settings").as_array();
    EXPECT_EQ(all.size(), settings) << answer.body;
    return all.empty() ? json::value() : all.front();
  }
};

TEST_F(SettingConditionsTest, ASettingIsReplacedOnlyAsItWasSeen) {
  const auto seen = send("GET", small, {});
  EXPECT_EQ(tag_of(seen), "W/\"1\"");
  const auto replaced = send("PUT", small, {{"If-Match", tag_of(seen)}}, payload_over("2026"));
  EXPECT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(tag_of(replaced), "W/\"2\"");

  const auto late = send("PUT", small, {{"If-Match", tag_of(seen)}}, payload_over("2027"));
  EXPECT_EQ(late.status, 412) << late.body;
  EXPECT_THAT(late.body, HasSubstr("measure-Small-1.0: If-Match: W/\\\"1\\\""));
  EXPECT_THAT(late.body, HasSubstr("at version 2"));
  EXPECT_EQ(send("DELETE", small, {{"If-Match", tag_of(seen)}}).status, 412);
  EXPECT_EQ(send("GET", small, {}).body, payload_over("2026"));

  const auto removed = send("DELETE", small, {{"If-Match", "W/\"2\""}});
  EXPECT_EQ(removed.status, 200) << removed.body;
  EXPECT_EQ(send("PUT", small, {{"If-Match", "W/\"2\""}}, payload_over("2027")).status, 412);
  listed(0);
}

TEST_F(SettingConditionsTest, WhoSawNoneDoesNotReplaceOne) {
  EXPECT_EQ(send("GET", other, {}).status, 404);
  const http::Client::Headers none{{"If-None-Match", "*"}};
  EXPECT_EQ(send("PUT", other, none, payload_over("2025", "Other")).status, 201);
  const auto late = send("PUT", other, none, payload_over("2026", "Other"));
  EXPECT_EQ(late.status, 412) << late.body;
  EXPECT_THAT(late.body, HasSubstr("exists at version 1"));
  EXPECT_EQ(send("GET", other, {}).body, payload_over("2025", "Other"));
}

TEST_F(SettingConditionsTest, AConditionThatCannotBeHeededIsRefused) {
  const auto payload = payload_over("2026");
  for (const auto& [name, value] : http::Client::Headers{{"If-Match", "*"},
                                                         {"If-Match", "W/\"0\""},
                                                         {"If-None-Match", "W/\"1\""},
                                                         {"Prefer", "respond-async"}}) {
    const auto answer = send("PUT", small, {{name, value}}, payload);
    EXPECT_EQ(answer.status, 400) << name << ": " << value << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(name.substr(1, 5))) << answer.body;
  }
  EXPECT_EQ(send("DELETE", small, {{"If-None-Match", "*"}}).status, 400);
  EXPECT_EQ(listed(1).at("version").as_int64(), 1);
}

// Each with a period of its own; one of them with a measure that nobody had before.
TEST_F(SettingConditionsTest, WhatTwoLoadAtOnceIsAllThere) {
  const auto file = folder_.path() / "content" / "small.ndjson";
  const auto file_of_other = folder_.path() / "content" / "other.ndjson";
  write_content(file, small_measure());
  write_content(file_of_other, small_measure("Other"));
  std::vector<std::jthread> loaders;
  for (const std::string year : {"2031", "2032", "2033", "2034"}) {
    loaders.emplace_back([&, year] {
      for (const auto& content : {file_of_other, file}) {
        const auto loaded = load_measures({{content}, {}, {year}}, url(), [](std::string_view) {});
        EXPECT_TRUE(loaded) << loaded.error().message;
      }
    });
  }
  loaders.clear();
  EXPECT_THAT(kept_over(small), UnorderedElementsAre("2025", "2031", "2032", "2033", "2034"));
  EXPECT_THAT(kept_over(other), UnorderedElementsAre("2031", "2032", "2033", "2034"));
  EXPECT_TRUE(listed(2).at("everywhere").as_bool());
}

// With as many partitions as a node has when nobody says otherwise.
class SettingsEverywhereTest : public RunningNode {
 protected:
  SettingsEverywhereTest() {
    settings_.partitions = 16;
    start();
  }
};

// Whoever was last, all partitions go by the same.
TEST_F(SettingsEverywhereTest, OfSeveralAtOnceOneIsInForceInAllPartitions) {
  for (int round = 0; round < 5; ++round) {
    std::vector<std::jthread> writers;
    for (const std::string year : {"2031", "2032", "2033", "2034", "2035", "2036"}) {
      writers.emplace_back([&, year] {
        const auto answer = ask("PUT", small, payload_over(year));
        EXPECT_LT(answer.status, 300) << answer.body;
      });
    }
    writers.clear();
    const auto all = json::parse(ask("GET", "/settings").body).at("settings").as_array();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_TRUE(all[0].at("everywhere").as_bool());
  }
}

}  // namespace
}  // namespace ops::node
