#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NodeTest : public RunningNode {};

constexpr const char* patient =
    R"({"resourceType":"Patient","id":"node-1","gender":"female","birthDate":"1970-01-02"})";

TEST_F(NodeTest, WhatWasWrittenIsThereAfterARestart) {
  start();
  EXPECT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  node_.reset();
  start();
  wait_until_ready();
  const auto read = ask("GET", "/fhir/Patient/node-1");
  EXPECT_EQ(read.status, 200);
  EXPECT_THAT(read.body, HasSubstr("1970-01-02"));
  EXPECT_EQ(ask("GET", "/raw/Patient/node-1/1").body, patient);
}

TEST_F(NodeTest, AWriteSaysItsCommitAndItsPosition) {
  start();
  const auto created = ask("PUT", "/fhir/Patient/node-1", patient);
  ASSERT_NE(created.header("chartlog-commit"), nullptr);
  ASSERT_NE(created.header("chartlog-position"), nullptr);
  EXPECT_EQ(*created.header("etag"), "W/\"1\"");
  const auto outcome = ask("GET", "/commits/" + *created.header("chartlog-commit"));
  EXPECT_THAT(outcome.body, HasSubstr("accepted"));
}

TEST_F(NodeTest, ASecondProcessOnTheFolderIsRefusedByName) {
  start();
  const auto second = Node::start(settings_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(settings_.data.string()));
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(::getpid())));
}

TEST_F(NodeTest, SecretsAreMadeOnceAndOthersAreRefused) {
  start();
  ASSERT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  node_.reset();
  struct stat status {};
  ASSERT_EQ(::stat(settings_.secrets.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  settings_.secrets = folder_.path() / "other-secrets";
  const auto refused = Node::start(settings_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, events::ErrorCode::precondition_failed)
      << refused.error().message;
}

TEST_F(NodeTest, AnotherNumberOfPartitionsIsRefused) {
  start();
  node_.reset();
  settings_.partitions = 3;
  const auto refused = Node::start(settings_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, events::ErrorCode::precondition_failed)
      << refused.error().message;
}

TEST_F(NodeTest, ReadinessListsEachShardWithItsStateHashWhenAsked) {
  start();
  wait_until_ready();
  EXPECT_THAT(ask("GET", "/health/ready").body, HasSubstr(R"("state_hash":null)"));
  const auto before = ask("GET", "/health/ready?state_hash=now").body;
  EXPECT_THAT(before, HasSubstr(R"("shard":1)"));
  EXPECT_THAT(before, Not(HasSubstr(R"("state_hash":null)")));
  ASSERT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  EXPECT_NE(ask("GET", "/health/ready?state_hash=now").body, before);
}

TEST_F(NodeTest, ReadinessNamesTheSiteAndHowFarEachShardIsBehind) {
  settings_.site = "north";
  start();
  wait_until_ready();
  const auto ready = ask("GET", "/health/ready").body;
  EXPECT_THAT(ready, HasSubstr(R"("site":"north","roles":["ingest","project","query"])"));
  EXPECT_THAT(ready, HasSubstr(R"("lag":0)"));
  ASSERT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("log_appended_records_total 1"));
}

TEST_F(NodeTest, ANodeWithoutTheRoleIngestReadsAndRefusesWrites) {
  start();
  ASSERT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  node_.reset();
  settings_.takes_writes = false;
  start();
  wait_until_ready();
  EXPECT_EQ(ask("GET", "/fhir/Patient/node-1").status, 200);
  const auto refused =
      ask("PUT", "/fhir/Patient/node-2", R"({"resourceType":"Patient","id":"node-2"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("role ingest"));
  EXPECT_EQ(ask("GET", "/fhir/Subscription/any/$status").status, 404);  // it delivers none
}

TEST_F(NodeTest, ANodeWithoutTheRoleQueryTakesWritesAndAnswersNoReads) {
  settings_.answers_reads = false;
  start();
  wait_until_ready();
  EXPECT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  EXPECT_EQ(ask("GET", "/charts/node-1").status, 404);
  EXPECT_EQ(ask("GET", "/fhir/Patient/node-1").status, 405);
}

TEST_F(NodeTest, TheFiguresSayWhatWaitsForSubscribers) {
  settings_.subscriptions_allow_private = true;
  start();
  wait_until_ready();
  const std::string nobody = R"({"resourceType":"Subscription","id":"s","status":"requested",
    "reason":"test","criteria":"http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed",
    "channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:1/","payload":"application/fhir+json",
    "_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
    "valueCode":"empty"}]}}})";
  ASSERT_EQ(ask("PUT", "/fhir/Subscription/s", nobody).status, 201);
  ASSERT_EQ(ask("PUT", "/fhir/Patient/node-1", patient).status, 201);
  const auto say = [&](const std::string& text) {
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
         std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(10)))
      if (ask("GET", "/metrics").body.find(text) != std::string::npos) return true;
    return false;
  };
  EXPECT_TRUE(say("subscriptions{state=\"error\"} 1"));
  EXPECT_TRUE(say("subscription_events_waiting 1"));
  EXPECT_TRUE(say("subscription_events_waiting_max 1"));
}

TEST_F(NodeTest, TheDescriptionAndTheFiguresAreServed) {
  start();
  EXPECT_EQ(ask("GET", "/health/live").status, 200);
  EXPECT_THAT(ask("GET", "/openapi.json").body, HasSubstr("/charts/{patient}"));
  EXPECT_THAT(ask("GET", "/routes").body, HasSubstr("<h1>Chartlog</h1>"));
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("http_requests_total"));
  EXPECT_EQ(ask("GET", "/nowhere").status, 404);
  EXPECT_EQ(ask("DELETE", "/health/live").status, 405);
}

}  // namespace
}  // namespace ops::node
