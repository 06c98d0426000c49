// Writers who want the same thing at once, and those who do not wait for the judgement.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <random>
#include <set>
#include <thread>

#include "events/schema/clinical_generated.h"
#include "ingest/fhir/criteria.h"
#include "ingest/fhir/plan.h"
#include "ingest/fhir/settle.h"
#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using ops::http::Response;
using testing::HasSubstr;

constexpr std::size_t writers = 8;

// All begin together.
std::vector<Response> at_once(const std::function<Response(std::size_t)>& write) {
  std::vector<Response> answers(writers);
  std::latch together(writers);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      together.arrive_and_wait();
      answers[i] = write(i);
    });
  }
  threads.clear();
  return answers;
}

std::size_t with_status(const std::vector<Response>& answers, int status) {
  return static_cast<std::size_t>(std::ranges::count(answers, status, &Response::status));
}

std::string random_text(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, 'a');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

bool becomes(Door& door, const std::string& commit, const std::string& state) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (door.state_of(commit) != state) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class RacesTest : public testing::Test {
 protected:
  Door door;
};

TEST_F(RacesTest, OfManyWritersWithOneIfMatchExactlyOneWinsAndTheOthersAreToldSo) {
  door.send("PUT", "/fhir/Patient/ana", patient("first", "ana"));
  const auto answers = at_once([&](std::size_t i) {
    return door.send("PUT", "/fhir/Patient/ana", patient("w" + std::to_string(i), "ana"),
                     {{"if-match", "W/\"1\""}});
  });

  EXPECT_EQ(with_status(answers, 200), 1u);
  EXPECT_EQ(with_status(answers, 412), writers - 1);
  for (std::size_t i = 0; i < writers; ++i) {
    const bool won = answers[i].status == 200;
    EXPECT_EQ(door.state_of(header(answers[i], "Chartlog-Commit")), won ? "accepted" : "refused");
    EXPECT_EQ(door.read("Patient", "ana").find("w" + std::to_string(i)) != std::string::npos, won);
  }
}

TEST_F(RacesTest, WritersWithoutPreconditionEachMakeAVersionOfTheirOwn) {
  door.send("PUT", "/fhir/Patient/ana", patient("first", "ana"));
  const auto answers = at_once([&](std::size_t i) {
    return door.send("PUT", "/fhir/Patient/ana", patient("w" + std::to_string(i), "ana"));
  });

  std::set<std::string> versions;
  for (const Response& answer : answers) versions.insert(header(answer, "ETag"));
  EXPECT_EQ(with_status(answers, 200), writers);
  EXPECT_EQ(versions.size(), writers);
  EXPECT_TRUE(versions.contains("W/\"9\""));
}

TEST_F(RacesTest, RivalsWithOneIfNoneExistMakeOneResource) {
  const auto answers = at_once([&](std::size_t) {
    return door.send("POST", "/fhir/Patient", patient("1"),
                     {{"if-none-exist", "identifier=urn:test|1"}});
  });

  EXPECT_EQ(with_status(answers, 201), 1u);
  EXPECT_EQ(with_status(answers, 200), writers - 1);
  for (const Response& answer : answers)
    EXPECT_EQ(header(answer, "Location"), header(answers.front(), "Location"));
}

TEST_F(RacesTest, AnAsyncTransactionIsThereOnceItIsJudged) {
  const auto answer = door.post(
      transaction({entry("PUT", "Patient/ana", patient("1", "ana")),
                   entry("PUT", "Condition/c", condition("Patient/ana", "asthma", "c"))}),
      {{"prefer", "respond-async"}});

  ASSERT_EQ(answer.status, 202) << answer.body;
  ASSERT_TRUE(becomes(door, header(answer, "Chartlog-Commit"), "accepted"));
  EXPECT_THAT(door.read("Condition", "c"), HasSubstr("asthma"));
}

TEST_F(RacesTest, WhatMayHaveToBePlannedAgainIsWaitedForThoughAsyncWasAsked) {
  const auto answer =
      door.post(transaction({entry("POST", "Organization", organization("1"), "urn:uuid:a",
                                   R"("ifNoneExist":"identifier=urn:test|1")")}),
                {{"prefer", "respond-async"}});

  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("201 Created"));
}

TEST_F(RacesTest, APlanThatIsStaleAtEachTryIsAConflictInTheEndAndNothingWasChanged) {
  const fhir::Environment environment{door.shards->lookup(), door.node.secrets,
                                      door.node.keys->log_id(), Door::partitions};
  fhir::RequestContext context{environment, {}, "test", "http://here", fhir::fresh_key(), false};
  const std::string text = organization("1");
  auto document = json::Document::parse(text);
  ASSERT_TRUE(document);
  fhir::Write write;
  write.type = events::ResourceType::Organization;
  write.path = "Organization";
  write.resource = document->root();
  write.if_none_exist = fhir::IdentifierCriterion{std::nullopt, "1"};
  int tries = 0;

  const auto settled = fhir::settle(
      *door.intake,
      [&] {
        auto plan = fhir::plan(context, {write}, 0, context.digest({"test"}));
        door.send("POST", "/fhir/Organization", organization("other" + std::to_string(++tries)));
        return plan;
      },
      false);

  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().errors.front().code, events::ErrorCode::conflict)
      << settled.error().errors.front().message;
  EXPECT_EQ(tries, 64);  // then it is given up, for nobody can wait for ever
  EXPECT_TRUE(door.shards->lookup()
                  .find_by_identifier(events::ResourceType::Organization, std::nullopt, "urn:test",
                                      "1", 2)
                  ->empty());
}

TEST_F(RacesTest, ALargeTransactionGoesInPartsAndIsReadBack) {
  const std::string text = random_text(3u << 20);
  const auto bundle =
      transaction({entry("PUT", "Patient/ana", patient("1", "ana")),
                   entry("PUT", "Condition/c", condition("Patient/ana", text, "c"))});
  const auto first = door.post(bundle);
  const auto second = door.post(bundle);

  ASSERT_EQ(first.status, 200) << first.body.substr(0, 500);
  EXPECT_GE(door.records(), 3u);
  EXPECT_THAT(door.read("Condition", "c"), HasSubstr(text));
  EXPECT_EQ(second.body, first.body);
}

TEST(ClosedDoorTest, ANodeThatTakesNoWritesSaysWhyAndWritesNothing) {
  IntakeOptions options;
  options.closed_because = "this node has no role ingest";
  Door door(options);
  for (const Headers& headers : {Headers{}, Headers{{"prefer", "respond-async"}}}) {
    const auto answer = door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"), headers);
    EXPECT_EQ(answer.status, 403) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("no role ingest"));
  }
  EXPECT_EQ(door.records(), 0u);
}

}  // namespace
}  // namespace ingest::test
