// A log told again: judged from its records alone, as the worker judged them.
#include "projections/event_replay.h"

#include <fmt/format.h>

#include "events/transaction.h"
#include "tests/projections/fixture.h"

namespace tests {
namespace {

using ::testing::ElementsAreArray;
using ::testing::SizeIs;

class EventReplayTest : public ::testing::Test, protected ShardsFixture {
 protected:
  // What is told of each event, in order.
  struct Told {
    std::vector<std::string> lines;
    events::Status take(const projections::ReplayedEvent& told) {
      const auto& event = told.event;
      const auto sealed = told.version == nullptr ? "none" : events::to_hex(told.version->sealed);
      lines.push_back(fmt::format(
          "{} {} {} {}/{} {} {} {} {}", event.position.offset.value, event.ordinal,
          static_cast<int>(event.effect), event.stream_name, event.id, event.version.value,
          event.known_time.time_since_epoch().count(), event.ends_commit, sealed));
      return {};
    }
  };
  projections::EventReplayOptions with_documents() {
    projections::EventReplayOptions asked;
    asked.documents = true;
    return asked;
  }
  std::vector<std::string> of_the_log() {
    Told told;
    const auto read = projections::replay_log(log, node.opener, {0}, with_documents(),
                                              [&](const auto& event) { return told.take(event); });
    EXPECT_TRUE(read) << read.error().message;
    return told.lines;
  }
  std::vector<std::string> of_the_shard() {
    settle();
    Told told;
    const auto read =
        projections::replay_changes(*view(), log, node.opener, {0}, with_documents(),
                                    [&](const auto& event) { return told.take(event); });
    EXPECT_TRUE(read) << read.error().message;
    return told.lines;
  }
  // One that matches, confirms and refuses; one that is repeated, cancelled, cut into parts.
  void append_what_there_is() {
    append(build({.acts = {update("a"), create("b")}}));
    append(build({.acts = {update("a", "two"), remove("b")}}));
    append(build({.acts = {update("a", "two")}}));              // confirmed
    append(build({.acts = {create("a")}}));                     // refused
    append(build({.acts = {update("refused"), create("a")}}));  // all of it
    append(build({.acts = {update("stale")}, .required_stream_version = 1}));
    Act known = update("known");
    known.identifier = "17";
    append(build({.acts = {known}}));
    Act matched = create("never");
    matched.if_none_exist = "17";
    append(build({.acts = {matched}}));
    const auto twice = build({.acts = {update("twice")}});
    append(twice);
    append(twice);
    const auto large =
        build({.patient = "bea", .acts = {create("large")}, .padding = 2 * events::part_bytes});
    append(large);
    append(large);
    const auto dead = build({.acts = {update("dead")}});
    log.put({0}, "", node.sealer.cancel(dead.stream, dead.commit));
    append(dead);
    const events::TransactionPart part{events::TransactionId(std::array<std::uint8_t, 16>{1}),
                                       stream("ana")};
    append(build({.acts = {update("prepared")}, .transaction = part}));
    append(build({.acts = {update("prepared", "locked")}}));
    for (int copy = 0; copy < 2; ++copy) {
      log.put({0}, std::string(stream("ana").bytes()),
              node.sealer.decision(stream("ana"), part, events::TransactionVerdict::commit));
    }
  }
};

TEST_F(EventReplayTest, TheLogAloneTellsWhatTheShardHasFolded) {
  append_what_there_is();
  const auto told = of_the_log();
  EXPECT_THAT(told, ElementsAreArray(of_the_shard()));
  EXPECT_THAT(told, SizeIs(9));
}

TEST_F(EventReplayTest, AnErrorOfWhoListensEndsIt) {
  append_what_there_is();
  int heard = 0;
  const auto read = projections::replay_log(log, node.opener, {0}, {}, [&](const auto&) {
    return ++heard < 2 ? events::Status() : events::Status(events::unavailable("enough"));
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "enough");
  EXPECT_EQ(heard, 2);
}

}  // namespace
}  // namespace tests
