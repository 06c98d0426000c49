#include "projections/acceptance.h"

#include "tests/projections/fixture.h"

namespace projections {
namespace {

using events::ErrorCode;
using events::EventEffect;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::tests::Act;
using Verdict = events::Outcome::Verdict;

// What a commit of `acts` gets after the commits of `given`.
struct Case {
  const char* name;
  std::vector<std::vector<Act>> given;
  std::vector<Act> acts;
  Verdict verdict;
  std::vector<std::pair<EventEffect, std::uint64_t>> events = {};  // accepted: effect, version
  ErrorCode code = ErrorCode::invalid;                             // else
  const char* element = "";
};

Act with_if_match(Act act, std::uint64_t version) {
  act.if_match = version;
  return act;
}
Act only_new(Act act) {
  act.if_none_match_any = true;
  return act;
}
Act identified(Act act, std::string value) {
  act.identifier = std::move(value);
  return act;
}
Act unless_there_is(Act act, std::string value) {
  act.if_none_exist = std::move(value);
  return act;
}

using ::tests::create;
using ::tests::remove;
using ::tests::update;

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"create", {}, {create("a")}, Verdict::accepted, {{EventEffect::recorded, 1}}},
      {"create of a live id",
       {{create("a")}},
       {create("a", "two")},
       Verdict::refused,
       {},
       ErrorCode::conflict,
       "events[0]"},
      {"create of a deleted id",
       {{create("a")}, {remove("a")}},
       {create("a")},
       Verdict::accepted,
       {{EventEffect::amended, 3}}},
      {"two creates of one id",
       {},
       {create("a"), create("a")},
       Verdict::refused,
       {},
       ErrorCode::conflict,
       "events[1]"},
      {"update of what is absent",
       {},
       {update("a")},
       Verdict::accepted,
       {{EventEffect::recorded, 1}}},
      {"update",
       {{create("a")}},
       {update("a", "two")},
       Verdict::accepted,
       {{EventEffect::amended, 2}}},
      {"update with the same content",
       {{create("a")}},
       {update("a")},
       Verdict::accepted,
       {{EventEffect::confirmed, 1}}},
      {"update of a deleted one with its old content",
       {{create("a")}, {remove("a")}},
       {update("a")},
       Verdict::accepted,
       {{EventEffect::amended, 3}}},
      {"update twice in one commit",
       {},
       {update("a"), update("a", "two")},
       Verdict::accepted,
       {{EventEffect::recorded, 1}, {EventEffect::amended, 2}}},
      {"If-Match of the current version",
       {{create("a")}},
       {with_if_match(update("a", "two"), 1)},
       Verdict::accepted,
       {{EventEffect::amended, 2}}},
      {"If-Match of an old version",
       {{create("a")}, {update("a", "two")}},
       {with_if_match(update("a", "three"), 1)},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-Match of an old version with the same content",
       {{create("a")}, {update("a", "two")}},
       {with_if_match(update("a", "two"), 1)},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-Match where there is none",
       {},
       {with_if_match(update("a"), 1)},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-Match where it was deleted",
       {{create("a")}, {remove("a")}},
       {with_if_match(update("a"), 2)},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-None-Match * where there is none",
       {},
       {only_new(update("a"))},
       Verdict::accepted,
       {{EventEffect::recorded, 1}}},
      {"If-None-Match * where there is one",
       {{create("a")}},
       {only_new(update("a"))},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-None-Match * where it was deleted",
       {{create("a")}, {remove("a")}},
       {only_new(update("a"))},
       Verdict::accepted,
       {{EventEffect::amended, 3}}},
      {"delete", {{create("a")}}, {remove("a")}, Verdict::accepted, {{EventEffect::deleted, 2}}},
      {"delete of what is absent",
       {},
       {remove("a")},
       Verdict::accepted,
       {{EventEffect::absent, 0}}},
      {"delete twice",
       {{create("a")}, {remove("a")}},
       {remove("a")},
       Verdict::accepted,
       {{EventEffect::absent, 0}}},
      {"delete with If-Match",
       {{create("a")}},
       {with_if_match(remove("a"), 1)},
       Verdict::accepted,
       {{EventEffect::deleted, 2}}},
      {"delete with an old If-Match",
       {{create("a")}},
       {with_if_match(remove("a"), 7)},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"delete of what is absent with If-Match",
       {},
       {with_if_match(remove("a"), 1)},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-None-Exist without a match",
       {},
       {unless_there_is(identified(create("b"), "x"), "x")},
       Verdict::accepted,
       {{EventEffect::recorded, 1}}},
      {"If-None-Exist with one match",
       {{identified(create("a"), "x")}},
       {unless_there_is(create("b"), "x")},
       Verdict::accepted,
       {{EventEffect::matched, 1}}},
      {"If-None-Exist that matches its own id",
       {{identified(create("a"), "x")}},
       {unless_there_is(create("a"), "x"), create("c")},
       Verdict::accepted,
       {{EventEffect::matched, 1}, {EventEffect::recorded, 1}}},
      {"If-None-Exist with a match that others may refer to",
       {{identified(create("a"), "x")}},
       {unless_there_is(create("b"), "x"), create("c")},
       Verdict::stale,
       {},
       ErrorCode::conflict,
       "events[0]"},
      {"If-None-Exist with two matches",
       {{identified(create("a"), "x")}, {identified(create("b"), "x")}},
       {unless_there_is(create("c"), "x")},
       Verdict::refused,
       {},
       ErrorCode::precondition_failed,
       "events[0]"},
      {"If-None-Exist whose match was deleted",
       {{identified(create("a"), "x")}, {remove("a")}},
       {unless_there_is(create("b"), "x")},
       Verdict::accepted,
       {{EventEffect::recorded, 1}}},
      {"If-None-Exist whose match lost the identifier",
       {{identified(create("a"), "x")}, {update("a", "two")}},
       {unless_there_is(create("b"), "x")},
       Verdict::accepted,
       {{EventEffect::recorded, 1}}},
      {"two equal If-None-Exist in one commit",
       {},
       {unless_there_is(identified(create("a"), "x"), "x"),
        unless_there_is(identified(create("b"), "x"), "x")},
       Verdict::accepted,
       {{EventEffect::recorded, 1}, {EventEffect::matched, 1}}},
      {"all or nothing",
       {{create("a")}},
       {create("b"), create("a")},
       Verdict::refused,
       {},
       ErrorCode::conflict,
       "events[1]"},
  };
  return all;
}

TEST(AcceptanceTest, EachCommitGetsTheAnswerOfTheTable) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(one.name);
    ::tests::ShardsFixture shards;
    for (const auto& acts : one.given) ASSERT_EQ(shards.submit(acts).verdict, Verdict::accepted);

    const auto outcome = shards.submit(one.acts);

    EXPECT_EQ(outcome.verdict, one.verdict);
    std::vector<std::pair<EventEffect, std::uint64_t>> events;
    for (const auto& event : outcome.events) events.emplace_back(event.effect, event.version.value);
    EXPECT_EQ(events, one.events);
    EXPECT_FALSE(outcome.repeat);
    if (one.verdict == Verdict::accepted) continue;
    EXPECT_EQ(outcome.refusal.code, one.code);
    EXPECT_EQ(outcome.refusal.element, one.element);
    EXPECT_FALSE(outcome.refusal.message.empty());
  }
}

class AcceptanceOfRepeatsTest : public ::testing::Test, protected ::tests::ShardsFixture {};

TEST_F(AcceptanceOfRepeatsTest, ARefusedCommitLeavesNothingBehind) {
  submit({create("a")});
  submit({create("b"), create("a")});

  EXPECT_FALSE(current("b"));
  EXPECT_EQ(current("a")->version, events::Version{1});
}

TEST_F(AcceptanceOfRepeatsTest, ARepeatGetsTheFirstAnswerAndChangesNothing) {
  ::tests::Request request;
  request.acts = {update("a", "one")};
  request.key = "same";
  const auto first = submit(request);
  submit({update("a", "two")});

  const auto again = submit(request);

  EXPECT_TRUE(again.repeat);
  EXPECT_EQ(again.verdict, Verdict::accepted);
  EXPECT_EQ(again.position, first.position);
  EXPECT_THAT(again.events, ElementsAre(Field(&events::EventOutcome::version, events::Version{1})));
  EXPECT_EQ(current("a")->version, events::Version{2});
}

TEST_F(AcceptanceOfRepeatsTest, ARefusalIsRepeatedEvenIfItWouldPassNow) {
  submit({create("a")});
  ::tests::Request request;
  request.acts = {create("a", "two")};
  request.key = "same";
  submit(request);
  submit({remove("a")});

  const auto again = submit(request);

  EXPECT_TRUE(again.repeat);
  EXPECT_EQ(again.verdict, Verdict::refused);
  EXPECT_EQ(again.refusal.code, ErrorCode::conflict);
}

TEST_F(AcceptanceOfRepeatsTest, AKeyUsedForOtherContentIsAConflictAndTheFirstStays) {
  ::tests::Request request;
  request.acts = {update("a", "one")};
  request.key = "same";
  submit(request);
  auto other = request;
  other.acts = {update("a", "two")};
  other.digest = "other";

  const auto refused = submit(other);

  EXPECT_EQ(refused.verdict, Verdict::refused);
  EXPECT_EQ(refused.refusal.code, ErrorCode::conflict);
  EXPECT_FALSE(refused.repeat);
  EXPECT_TRUE(submit(request).repeat);
  EXPECT_EQ(current("a")->version, events::Version{1});
}

TEST_F(AcceptanceOfRepeatsTest, AStaleCommitIsNotDecidedAndPassesWhenEvaluatedAgain) {
  submit({create("a")});
  ::tests::Request request;
  request.acts = {create("b")};
  request.key = "same";
  request.required_stream_version = 0;
  EXPECT_EQ(submit(request).verdict, Verdict::stale);
  request.required_stream_version = 1;

  const auto outcome = submit(request);

  EXPECT_EQ(outcome.verdict, Verdict::accepted);
  EXPECT_FALSE(outcome.repeat);
  EXPECT_EQ(*shards->lookup().stream_version(stream("ana")), 2u);
}

TEST_F(AcceptanceOfRepeatsTest, ACancelledCommitIsDeadIfItComesLater) {
  open();
  ::tests::Request request;
  request.acts = {create("a")};
  const auto commit = build(request);
  log.put({0}, "", node.sealer.cancel(commit.stream, commit.commit));
  auto outcome = shards->lookup().expect(id_of(commit), commit.assembly).outcome;
  append(commit);
  settle();

  EXPECT_EQ(outcome.get().verdict, Verdict::cancelled);
  EXPECT_FALSE(current("a"));
  EXPECT_EQ(shards->lookup().commit(id_of(commit))->state, events::CommitStatus::State::cancelled);
}

TEST_F(AcceptanceOfRepeatsTest, ACancelComesTooLateForWhatIsDecided) {
  open();
  ::tests::Request request;
  request.acts = {create("a")};
  const auto commit = build(request);
  append(commit);
  settle();
  auto outcome = shards->lookup().expect(id_of(commit), commit.assembly).outcome;
  log.put({0}, "", node.sealer.cancel(commit.stream, commit.commit));
  settle();

  EXPECT_EQ(outcome.get().verdict, Verdict::accepted);
  EXPECT_EQ(shards->lookup().commit(id_of(commit))->state, events::CommitStatus::State::accepted);
}

TEST_F(AcceptanceOfRepeatsTest, OtherStreamsChangeNothing) {
  ::tests::Request of_bea;
  of_bea.patient = "bea";
  of_bea.acts = {create("a")};
  submit(of_bea);

  EXPECT_EQ(submit({create("a", "other")}).verdict, Verdict::accepted);
}

}  // namespace
}  // namespace projections
