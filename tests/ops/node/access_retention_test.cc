// A node whose access log has records that are older than their retention.
#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "events/log/embedded_store.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::chrono::days eleven_years{4'018};

class AccessRetentionTest : public RunningNode {
 protected:
  void look_as_somebody() { ask("GET", "/charts/ana"); }
  void look_as(const std::string& who) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    const auto answer = client.ask("GET", "/charts/ana", {{"X-Chartlog-Subject", who}}, "");
    ASSERT_TRUE(answer && answer->status == 200);
  }
  // What the log has so far is as if it had been recorded eleven years ago.
  void age_the_log() {
    node_.reset();
    auto store = events::EmbeddedStore::open(settings_.data / "log" / "access" / "records", {});
    ASSERT_TRUE(store) << store.error().message;
    const auto end = (*(*store)->last({0}))->offset.next();
    const auto records = (*store)->read({0}, {0}, end, 64u << 20);
    ASSERT_TRUE(records);
    for (const auto& record : *records) {
      events::StoredRecord old(record.key, record.value);
      old.set_append_time(record.append_time - eleven_years);
      const events::StoredAt at{{{0}, record.offset}, old.bytes()};
      (*store)->write({&at, 1});
    }
    store->reset();
    std::filesystem::remove_all(settings_.data / "access");
  }
  json::value read(const std::string& path) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
  void wait_until_trimmed() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!read("/audit/processes").as_object().contains("removed"))
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  void given_old_accesses() {
    start();
    ASSERT_EQ(ask("PUT", "/fhir/Patient/ana", R"({"resourceType":"Patient","id":"ana"})").status,
              201);
    look_as("old");
    age_the_log();
    start();
    wait_until_ready();
    wait_until_trimmed();
    look_as("new");
  }
};

TEST_F(AccessRetentionTest, WhatIsOlderIsGoneAndEachAnswerThatReachesBackSaysSo) {
  given_old_accesses();
  const auto audit = ask("GET", "/audit/access?patient=ana").body;
  EXPECT_THAT(audit, AllOf(HasSubstr("\"new\""), Not(HasSubstr("\"old\""))));
  for (const auto* path :
       {"/audit/access?patient=ana", "/charts/ana/access",
        "/audit/disclosures?patient=ana&from=2000-01-01", "/audit/recipients?resource=Patient/ana"})
    EXPECT_THAT(ask("GET", path).body, HasSubstr("\"removed_before\"")) << path;
  EXPECT_FALSE(read("/audit/recipients?resource=Patient/ana").at("complete").as_bool());
  EXPECT_THAT(ask("GET", "/audit/access?format=html").body, HasSubstr("are no longer kept"));
  EXPECT_TRUE(ask("GET", "/audit/access?format=csv").header("chartlog-removed-before"));
  const auto bundle = read("/fhir/AuditEvent?patient=Patient/ana");
  const auto& last = bundle.at("entry").as_array().back();
  EXPECT_EQ(last.at("search").at("mode").as_string(), "outcome");
  EXPECT_THAT(json::serialize(last), HasSubstr("are no longer kept"));
  EXPECT_THAT(ask("GET", "/audit/access?from=2026-01-01").body, Not(HasSubstr("removed_before")))
      << "it does not reach back";
}

TEST_F(AccessRetentionTest, AskedForNothingElseTheAnswerIsGoneNotThatNobodyLooked) {
  given_old_accesses();
  for (const auto* path : {"/audit/access?patient=ana&to=2000-01-01",
                           "/fhir/AuditEvent?date=lt2000-01-01", "/charts/ana/access?to=2000-01-01",
                           "/audit/disclosures?patient=ana&from=1999-01-01&to=2000-01-01",
                           "/audit/screen?agent=old&at=2000-01-01T00:00:00Z",
                           "/fhir/AuditEvent/946684800000000-1-0"}) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 410) << path;
    EXPECT_THAT(answer.body, HasSubstr("are no longer kept")) << path;
  }
}

TEST_F(AccessRetentionTest, TheLogSaysWhatLeftItAndHowLongEachProcessKeepsAccesses) {
  settings_.access_retention_days = 2'500;
  given_old_accesses();
  const auto said = read("/audit/processes");
  const auto& removed = said.at("removed");
  EXPECT_EQ(removed.at("retention_days").to_number<int>(), 2'500);
  EXPECT_GE(removed.at("entries").to_number<int>(), 1);
  EXPECT_EQ(removed.at("missing").to_number<int>(), 0);
  const auto& processes = said.at("processes").as_array();
  ASSERT_EQ(processes.size(), 2u) << "the first had no successor among what went";
  for (const auto& one : processes) {
    EXPECT_EQ(one.at("retention_days").to_number<int>(), 2'500);
    EXPECT_EQ(one.at("missing_between").to_number<int>(), 0);
    EXPECT_FALSE(one.as_object().contains("previous_missing"));
  }
  node_.reset();
  std::filesystem::remove_all(settings_.data / "access");
  start();
  wait_until_ready();
  EXPECT_EQ(read("/audit/processes").at("removed"), removed) << "from the log alone";
  EXPECT_THAT(json::serialize(read("/health/ready").at("problems")), "[]");
}

TEST_F(AccessRetentionTest, RecordsThatAreGoneWithoutANoticeKeepTheNodeFromStarting) {
  start();
  look_as_somebody();
  node_.reset();
  {
    auto store = events::EmbeddedStore::open(settings_.data / "log" / "access" / "records", {});
    ASSERT_TRUE(store);
    (*store)->remove_below({0}, {1});
  }
  const auto refused = Node::start(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("accesses were deleted"));
}

// Recording cannot be undone by removing it: the next process misses the one before.
TEST_F(AccessRetentionTest, AnAccessLogThatWasRemovedIsSaidByTheNextProcess) {
  start();
  look_as_somebody();
  node_.reset();
  std::filesystem::remove_all(settings_.data / "log" / "access");
  std::filesystem::remove_all(settings_.data / "access");
  start();
  wait_until_ready();
  const auto processes = read("/audit/processes").at("processes").as_array();
  ASSERT_EQ(processes.size(), 1u);
  EXPECT_GE(processes[0].at("previous_missing").to_number<int>(), 1);
}

TEST(AccessRetentionSettingTest, FewerThanSixYearsAreRefusedByName) {
  const auto read = [](const std::string& days) {
    CLI::App app;
    const auto settings = add_settings(app);
    app.parse("--access-retention " + days);
    return settings();
  };
  const auto refused = read("2191");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("access-retention"), HasSubstr("2191"), HasSubstr("write 2192")));
  EXPECT_EQ(read("2192")->access_retention_days, 2'192u);
  EXPECT_FALSE(read("0"));
  EXPECT_FALSE(read("forever"));
  CLI::App app;
  const auto settings = add_settings(app);
  app.parse("");
  EXPECT_EQ(settings()->access_retention_days, 3'653u) << "ten years";
}

}  // namespace
}  // namespace ops::node
