// Transactions over several streams: prepared in each, decided in one, carried out in all.
#include "projections/transactions.h"

#include "tests/projections/fixture.h"

namespace projections {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::tests::Act;
using ::tests::create;
using ::tests::remove;
using ::tests::update;
using State = events::CommitStatus::State;
using Verdict = events::Outcome::Verdict;

constexpr auto commits = events::TransactionVerdict::commit;
constexpr auto aborts = events::TransactionVerdict::abort;

// Of ana's record (its home) and bea's.
class TransactionsTest : public ::testing::Test, protected ::tests::ShardsFixture {
 protected:
  events::TransactionPart transaction(std::uint8_t number) const {
    std::array<std::uint8_t, 16> id{};
    id.fill(number);
    return {events::TransactionId(id), stream("ana")};
  }
  events::Outcome prepare(std::uint8_t number, const std::string& patient, std::vector<Act> acts,
                          const std::string& key = {}) {
    ::tests::Request request;
    request.patient = patient;
    request.acts = std::move(acts);
    request.key = key;
    request.transaction = transaction(number);
    return submit(request);
  }
  events::Outcome decide(std::uint8_t number, const std::string& patient,
                         events::TransactionVerdict verdict) {
    open();
    const auto id = transaction(number);
    const auto name = events::decision_in(stream(patient), node.partitions);
    auto outcome = shards->lookup().expect(name, events::decision_of(id.id)).outcome;
    log.put(name.partition, std::string(stream(patient).bytes()),
            node.sealer.decision(stream(patient), id, verdict));
    return outcome.get();
  }
  std::vector<Undecided> waiting() {
    auto found = undecided(view()->rows(), events::KnownTime::max(), 100);
    EXPECT_TRUE(found.has_value());
    return *found;
  }
};

TEST_F(TransactionsTest, WhatIsPreparedIsNotThereBeforeItIsDecided) {
  EXPECT_EQ(prepare(1, "ana", {create("a")}).verdict, Verdict::prepared);
  EXPECT_EQ(prepare(1, "bea", {create("b")}).verdict, Verdict::prepared);
  EXPECT_FALSE(current("a"));
  EXPECT_THAT(waiting(), SizeIs(2));

  const auto decided = decide(1, "ana", commits);
  EXPECT_EQ(decided.verdict, Verdict::accepted);
  ASSERT_THAT(decided.events, SizeIs(1));
  EXPECT_EQ(decided.events[0].version, events::Version{1});
  EXPECT_TRUE(current("a"));
  EXPECT_FALSE(current("b", "bea"));

  EXPECT_EQ(decide(1, "bea", commits).verdict, Verdict::accepted);
  EXPECT_TRUE(current("b", "bea"));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(TransactionsTest, EffectsTakePlaceAndTimeOfTheDecision) {
  log.set_time(events::KnownTime(std::chrono::hours(1)));
  prepare(1, "ana", {create("a")});
  log.set_time(events::KnownTime(std::chrono::hours(2)));
  const auto decided = decide(1, "ana", commits);

  EXPECT_EQ(decided.known_time, events::KnownTime(std::chrono::hours(2)));
  EXPECT_EQ(current("a")->position, decided.position);
}

TEST_F(TransactionsTest, AnAbortLeavesNothingAndTheCommitMayBeTriedAgain) {
  prepare(1, "ana", {create("a")}, "key");
  EXPECT_EQ(decide(1, "ana", aborts).verdict, Verdict::aborted);
  EXPECT_FALSE(current("a"));
  EXPECT_THAT(waiting(), IsEmpty());

  EXPECT_EQ(prepare(2, "ana", {create("a")}, "key").verdict, Verdict::prepared);
  EXPECT_EQ(decide(2, "ana", commits).verdict, Verdict::accepted);
}

TEST_F(TransactionsTest, TheFirstDecisionCounts) {
  prepare(1, "ana", {create("a")});
  EXPECT_EQ(decide(1, "ana", aborts).verdict, Verdict::aborted);
  EXPECT_EQ(decide(1, "ana", commits).verdict, Verdict::aborted);
  EXPECT_FALSE(current("a"));

  prepare(2, "ana", {create("b")});
  EXPECT_EQ(decide(2, "ana", commits).verdict, Verdict::accepted);
  const auto again = decide(2, "ana", aborts);
  EXPECT_EQ(again.verdict, Verdict::accepted);
  EXPECT_TRUE(again.repeat);
  EXPECT_THAT(again.events, SizeIs(1));
  EXPECT_TRUE(current("b"));
}

TEST_F(TransactionsTest, APrepareAfterTheAbortIsDead) {
  EXPECT_EQ(decide(1, "ana", aborts).verdict, Verdict::aborted);
  EXPECT_EQ(prepare(1, "ana", {create("a")}).verdict, Verdict::aborted);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(submit({create("a")}).verdict, Verdict::accepted);
}

TEST_F(TransactionsTest, WhatIsPreparedIsLockedAndTheRestIsNot) {
  submit({create("a"), create("b")});
  prepare(1, "ana", {update("a", "two")});

  EXPECT_EQ(submit({update("a", "three")}).verdict, Verdict::locked);
  EXPECT_EQ(submit({remove("a")}).verdict, Verdict::locked);
  EXPECT_EQ(prepare(2, "ana", {remove("a")}).verdict, Verdict::locked);
  EXPECT_EQ(submit({update("b", "two")}).verdict, Verdict::accepted);

  EXPECT_EQ(decide(1, "ana", commits).events.at(0).version, events::Version{2});
  EXPECT_EQ(submit({update("a", "three")}).events.at(0).version, events::Version{3});
}

TEST_F(TransactionsTest, IdentifiersAreLockedToo) {
  Act only_one = create("a");
  only_one.identifier = only_one.if_none_exist = "x";
  prepare(1, "ana", {only_one});
  Act rival = create("b");
  rival.identifier = "x";

  EXPECT_EQ(submit({rival}).verdict, Verdict::locked);
  EXPECT_EQ(decide(1, "ana", commits).verdict, Verdict::accepted);
  EXPECT_EQ(submit({rival}).verdict, Verdict::accepted);
}

TEST_F(TransactionsTest, ARequiredStreamVersionLocksTheStream) {
  ::tests::Request request;
  request.acts = {create("a")};
  request.transaction = transaction(1);
  request.required_stream_version = 0;
  EXPECT_EQ(submit(request).verdict, Verdict::prepared);

  EXPECT_EQ(submit({create("b")}).verdict, Verdict::locked);
  EXPECT_EQ(decide(1, "ana", commits).verdict, Verdict::accepted);
}

TEST_F(TransactionsTest, ARefusedVoteIsAnOrdinaryRefusal) {
  submit({create("a")});
  Act early = update("a", "two");
  early.if_match = 7;
  EXPECT_EQ(prepare(1, "ana", {early}).verdict, Verdict::refused);
  EXPECT_EQ(decide(1, "ana", aborts).verdict, Verdict::aborted);
  EXPECT_EQ(current("a")->version, events::Version{1});
}

TEST_F(TransactionsTest, ACopyOfThePrepareChangesNothing) {
  ::tests::Request request;
  request.acts = {create("a")};
  request.transaction = transaction(1);
  open();
  const auto commit = build(request);
  append(commit);
  append(commit);
  EXPECT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(shards->lookup().commit(id_of(commit))->state, State::pending);

  EXPECT_EQ(decide(1, "ana", commits).verdict, Verdict::accepted);
  append(commit);
  EXPECT_EQ(current("a")->version, events::Version{1});
  EXPECT_EQ(shards->lookup().commit(id_of(commit))->state, State::accepted);
}

TEST_F(TransactionsTest, ACommitThatIsBeingPreparedByAnotherTryIsLocked) {
  prepare(1, "ana", {create("a")}, "key");
  EXPECT_EQ(prepare(2, "ana", {create("a")}, "key").verdict, Verdict::locked);
  decide(1, "ana", commits);
  const auto again = prepare(2, "ana", {create("a")}, "key");
  EXPECT_EQ(again.verdict, Verdict::accepted);
  EXPECT_TRUE(again.repeat);
  EXPECT_THAT(again.events, SizeIs(1));
}

TEST_F(TransactionsTest, APrepareInPartsIsPreparedWhole) {
  ::tests::Request request;
  request.acts = {create("a")};
  request.transaction = transaction(1);
  request.padding = 2 * events::part_bytes;
  EXPECT_EQ(submit(request).verdict, Verdict::prepared);
  EXPECT_EQ(decide(1, "ana", commits).verdict, Verdict::accepted);
  const auto row = current("a");
  ASSERT_TRUE(row);
  EXPECT_TRUE(shards->raw_document(stream("ana"), *row).has_value());
}

TEST_F(TransactionsTest, ACrashAtAnyStepAndAFreshFoldEndAlike) {
  submit({create("a")});
  prepare(1, "ana", {update("a", "two")});
  crash();
  prepare(1, "bea", {create("b")});
  crash();
  decide(1, "ana", commits);
  crash();
  decide(1, "bea", commits);
  prepare(2, "ana", {remove("a")});

  EXPECT_EQ(current("a")->version, events::Version{2});
  EXPECT_EQ(state_hash(), state_hash_of_fresh_fold(1));
  EXPECT_EQ(state_hash(), state_hash_of_fresh_fold(4u << 20));
}

TEST_F(TransactionsTest, APatientFoldedAgainHasWhatTransactionsBrought) {
  prepare(1, "ana", {create("a")});
  decide(1, "ana", commits);
  const auto before = state_hash();
  const ParkedPatient parked{"chart", stream("ana"), {{0}, {0}}, "a test"};
  ASSERT_TRUE(shards->repair(parked).has_value());
  EXPECT_EQ(state_hash(), before);
}

}  // namespace
}  // namespace projections
