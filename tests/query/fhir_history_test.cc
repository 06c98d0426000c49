// History of a type and of all: each version that was made, newest first, none twice, none missing.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "query/fhir/routes.h"
#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FhirHistoryTest : public ::testing::Test {
 protected:
  FhirHistoryTest() { query::fhir::add_fhir_routes(read.router, read.sources); }

  void given(const std::string& patient, const std::string& id) {
    read.send(patient, "Condition", id, condition(id, "n" + std::to_string(++given_), "2020"));
  }
  void deleted(const std::string& patient, const std::string& id) {
    Request request;
    request.patient = patient;
    Act act = remove(id);
    act.type = "Condition";
    request.acts = {act};
    read.submit(request);
    read.settle();
  }
  void at(std::int64_t second) {
    read.log.set_time(events::KnownTime(std::chrono::seconds(1'700'000'000 + second)));
  }
  // "Condition/c1/_history/2 PUT" of each entry, over all pages.
  std::vector<std::string> all(std::string target) {
    std::vector<std::string> found;
    pages = 0;
    while (!target.empty()) {
      const auto bundle = read.json(target);
      ++pages;
      if (const auto* entries = bundle.as_object().if_contains("entry")) {
        for (const auto& entry : entries->as_array()) found.push_back(text_of(entry));
      }
      target = next_of(bundle);
    }
    return found;
  }
  static std::string text_of(const boost::json::value& entry) {
    const auto& request = entry.at("request");
    const auto& response = entry.at("response");
    return std::string(request.at("method").as_string()) + " " +
           std::string(request.at("url").as_string()) + " " +
           std::string(response.at("etag").as_string());
  }
  static std::string next_of(const boost::json::value& bundle) {
    for (const auto& link : bundle.at("link").as_array()) {
      if (link.at("relation").as_string() != "next") continue;
      const std::string url(link.at("url").as_string());
      return url.substr(url.find("/fhir"));
    }
    return {};
  }

  ReadFixture read{2};
  std::size_t pages = 0;
  int given_ = 0;  // each is another document
};

TEST_F(FhirHistoryTest, OfATypeIsNewestFirstOverAllRecordsWithDeletes) {
  at(1), given("ana", "a");
  at(2), given("ben", "b");
  at(3), given("cleo", "c");
  at(4), given("ana", "a");
  at(5), deleted("ben", "b");
  at(6), read.send("ana", "Observation", "o", observation("o", "2024", {"1", "2", "kg"}));
  const std::vector<std::string> wanted{R"(DELETE Condition/b W/"2")", R"(PUT Condition/a W/"2")",
                                        R"(PUT Condition/c W/"1")", R"(PUT Condition/b W/"1")",
                                        R"(PUT Condition/a W/"1")"};

  EXPECT_EQ(all("/fhir/Condition/_history"), wanted);
  EXPECT_EQ(all("/fhir/Condition/_history?_count=2"), wanted);
  EXPECT_EQ(pages, 3u);
  auto everything = wanted;
  everything.insert(everything.begin(), R"(PUT Observation/o W/"1")");
  EXPECT_EQ(all("/fhir/_history?_count=1"), everything);
  EXPECT_THAT(all("/fhir/Procedure/_history"), IsEmpty());
}

TEST_F(FhirHistoryTest, SinceIsByTheLogsTimeAndAtIsWhatWasCurrentThen) {
  at(10), given("ana", "a");
  at(20), given("ana", "a"), given("ben", "b");
  at(30), deleted("ana", "a");
  at(40), given("ben", "b");
  const auto since = [](int second) {  // 1'700'000'000 is 22:13:20
    return "2023-11-14T22:13:" + std::to_string(20 + second) + "Z";
  };
  EXPECT_THAT(all("/fhir/_history?_since=" + since(30)),
              ElementsAre(R"(PUT Condition/b W/"2")", R"(DELETE Condition/a W/"3")"));
  EXPECT_THAT(all("/fhir/_history?_at=" + since(15)), ElementsAre(R"(PUT Condition/a W/"1")"));
  EXPECT_THAT(all("/fhir/_history?_at=" + since(35)), ElementsAre(R"(PUT Condition/b W/"1")"));
  EXPECT_EQ(all("/fhir/_history?_at=2023-11-14").size(), 5u);
  EXPECT_THAT(all("/fhir/_history?_at=2023-11-13"), IsEmpty());
  EXPECT_THAT(all("/fhir/Condition/a/_history?_at=" + since(25)),
              ElementsAre(R"(PUT Condition/a W/"2")"));
}

TEST_F(FhirHistoryTest, APageGoesOnWhereTheOneBeforeEndedWhateverIsWrittenMeanwhile) {
  for (int i = 0; i < 6; ++i) given(i % 2 == 0 ? "ana" : "ben", "c" + std::to_string(i));
  const auto before = all("/fhir/Condition/_history");
  const auto first = read.json("/fhir/Condition/_history?_count=4");
  given("ana", "late");
  auto found = all(next_of(first));

  EXPECT_EQ(found, std::vector<std::string>(before.begin() + 4, before.end()));
}

TEST_F(FhirHistoryTest, WhatOneCommitMadeMayLieOnSeveralPages) {
  Request request;
  request.patient = "ana";
  for (int i = 0; i < 5; ++i) {
    const auto id = "c" + std::to_string(i);
    Act act = update(id);
    act.type = "Condition";
    act.facts = condition(id, id, "2020");
    request.acts.push_back(act);
  }
  read.submit(request);
  read.settle();
  EXPECT_THAT(all("/fhir/_history?_count=2"),
              ElementsAre(R"(PUT Condition/c4 W/"1")", R"(PUT Condition/c3 W/"1")",
                          R"(PUT Condition/c2 W/"1")", R"(PUT Condition/c1 W/"1")",
                          R"(PUT Condition/c0 W/"1")"));
}

TEST_F(FhirHistoryTest, NoVersionIsMissingWhileOthersWrite) {
  std::atomic<int> written = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      given(written % 2 == 0 ? "ana" : "ben", "c" + std::to_string(written));
      ++written;
    }
  });
  while (written < 300) std::this_thread::yield();
  const int sure = written;
  const auto found = all("/fhir/Condition/_history?_count=7");
  writer.request_stop();
  writer.join();

  const std::set<std::string> distinct(found.begin(), found.end());
  EXPECT_EQ(distinct.size(), found.size());
  for (int i = 0; i < sure; ++i)
    EXPECT_TRUE(distinct.contains("PUT Condition/c" + std::to_string(i) + " W/\"1\"")) << i;
}

TEST_F(FhirHistoryTest, WhatCannotBeAnsweredIsRefusedByName) {
  given("ana", "a");
  EXPECT_EQ(read.get("/fhir/Wolf/_history").status, 404);
  EXPECT_THAT(read.get("/fhir/_history?_at=soon").body, HasSubstr("_at"));
  EXPECT_THAT(read.get("/fhir/_history?_since=2020").body, HasSubstr("_since"));
  EXPECT_THAT(read.get("/fhir/_history?_total=accurate").body, HasSubstr("_total"));
  EXPECT_THAT(read.get("/fhir/_history?_list=x").body, HasSubstr("_list"));
  EXPECT_EQ(read.get("/fhir/_history?_cursor=zz").status, 400);
  EXPECT_EQ(read.get("/fhir/_history", {{"accept", "application/fhir+xml"}}).status, 406);
}

}  // namespace
}  // namespace tests
