// Commits in parts, and all that can happen to them on the way.
#include "projections/families.h"
#include "projections/pending.h"
#include "projections/store_limits.h"
#include "tests/projections/fixture.h"

namespace projections {
namespace {

using ::tests::create;
using Verdict = events::Outcome::Verdict;
using namespace std::chrono_literals;

class PartsTest : public ::testing::Test, protected ::tests::ShardsFixture {
 protected:
  // A commit of at least three parts.
  events::BuiltCommit large(const std::string& id, const std::string& key = {}) {
    ::tests::Request request;
    request.acts = {create(id)};
    request.key = key;
    request.padding = 2 * events::part_bytes;
    auto commit = build(request);
    EXPECT_GE(commit.records.size(), 3u);
    return commit;
  }
  void put(const std::string& record) { log.put({0}, "", record); }
  bool nothing_pending() {
    settle();
    const auto left = oldest_pending(view()->rows());
    return left.has_value() && !left->has_value();
  }
};

TEST_F(PartsTest, ALargeCommitTakesThePositionOfItsLastPart) {
  open();
  const auto commit = large("a");
  auto outcome = shards->lookup().expect(id_of(commit), commit.assembly).outcome;
  const auto last = append(commit);

  EXPECT_EQ(outcome.get().position.offset, last);
  EXPECT_EQ(current("a")->position.offset, last);
  EXPECT_TRUE(nothing_pending());
}

TEST_F(PartsTest, PartsOfTwoPatientsMayMingle) {
  const auto ana = large("a");
  ::tests::Request of_bea;
  of_bea.patient = "bea";
  of_bea.acts = {create("a")};
  of_bea.padding = 2 * events::part_bytes;
  const auto bea = build(of_bea);
  for (std::size_t i = 0; i < ana.records.size(); ++i) {
    put(ana.records[i]);
    put(bea.records[i]);
  }

  EXPECT_TRUE(current("a"));
  EXPECT_TRUE(current("a", "bea"));
}

TEST_F(PartsTest, PartsInAnyOrderAndTwiceMakeOneCommit) {
  const auto commit = large("a");
  for (const auto i : {2u, 0u, 0u, 2u, 1u, 1u, 0u}) put(commit.records[i]);

  EXPECT_EQ(current("a")->version, events::Version{1});
  EXPECT_TRUE(nothing_pending());
}

TEST_F(PartsTest, PartsOfTwoAttemptsNeverJoin) {
  const auto first = large("a", "same");
  const auto second = large("a", "same");
  put(first.records[0]);
  put(second.records[1]);
  put(first.records[2]);

  EXPECT_FALSE(current("a"));
}

TEST_F(PartsTest, ALatePartOfAnOldAttemptDoesNotDisturbTheNewOne) {
  const auto first = large("a", "same");
  const auto second = large("a", "same");
  put(first.records[0]);
  put(second.records[0]);
  put(first.records[1]);
  put(second.records[1]);
  put(first.records[2]);
  put(second.records[2]);

  EXPECT_EQ(current("a")->position.offset.value, 5);
  EXPECT_TRUE(nothing_pending());
}

TEST_F(PartsTest, ACancelDropsWhatWaits) {
  const auto commit = large("a");
  put(commit.records[0]);
  put(commit.records[1]);
  put(node.sealer.cancel(commit.stream, commit.commit));
  put(commit.records[2]);

  EXPECT_FALSE(current("a"));
  EXPECT_TRUE(nothing_pending());
}

TEST_F(PartsTest, AnHourOfPartitionTimeDropsWhatWaits) {
  const auto commit = large("a");
  log.set_time(events::KnownTime(1h));
  put(commit.records[0]);
  put(commit.records[1]);
  log.set_time(events::KnownTime(2h));
  put(build({.patient = "bea", .acts = {create("b")}}).records[0]);
  put(commit.records[2]);

  EXPECT_FALSE(current("a"));
}

TEST_F(PartsTest, WhatWaitsOutlivesACrash) {
  open();
  const auto commit = large("a");
  put(commit.records[0]);
  put(commit.records[1]);
  settle();
  crash();
  put(commit.records[2]);

  EXPECT_TRUE(current("a"));
}

TEST_F(PartsTest, PartsBeyondTheQuotaDropTheirAssembly) {
  ::tests::TemporaryFolder other;
  auto store = Store::open({other.path(), family_names({}), make_shared_resources({})});
  auto batch = (*store)->begin();
  const auto commit = large("a");
  const Moment moment;
  const auto quota = commit.records[0].size() + 10;

  const auto first = add_part(*batch, *node.opener.inspect(commit.records[0], {0}),
                              commit.records[0], moment, quota);
  const auto second = add_part(*batch, *node.opener.inspect(commit.records[1], {0}),
                               commit.records[1], moment, quota);
  const auto third = add_part(*batch, *node.opener.inspect(commit.records[2], {0}),
                              commit.records[2], moment, quota);

  EXPECT_EQ(first->state, Joining::State::waiting);
  EXPECT_EQ(second->state, Joining::State::outgrown);
  EXPECT_EQ(third->state, Joining::State::dead);
  EXPECT_EQ(StreamLedger(*batch, commit.stream).stream()->pending_bytes, 0u);
}

}  // namespace
}  // namespace projections
