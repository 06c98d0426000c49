// Reading a whole log that for a while gives nothing: all of it, or an error, never a part.
#include <functional>

#include "projections/alert_replay.h"
#include "projections/catalog.h"
#include "projections/event_replay.h"
#include "projections/rebuild.h"
#include "tests/projections/fixture.h"
#include "tests/projections/knowledge/shipped.h"

namespace tests {
namespace {

using events::Result;
using projections::knowledge::test::shipped_knowledge;

constexpr std::uint64_t records_there = 3;
constexpr std::size_t a_while = 3, for_ever = 1'000'000;

class SlowLogTest : public ::testing::Test, protected ShardsFixture {
 protected:
  SlowLogTest() {
    for (std::uint64_t i = 0; i < records_there; ++i) append(build({.acts = {update("c")}}));
  }
  // How many records each reader of a whole partition has read.
  Result<std::uint64_t> replayed() {
    const auto read = projections::replay_log(log, node.opener, {0}, {},
                                              [](const auto&) { return events::Status(); });
    if (!read) return read.error();
    return read->records;
  }
  Result<std::uint64_t> judged_again() {
    const projections::AlertReplay replay(shipped_knowledge());
    const auto read = replay.replay(log, node.opener, {0}, {[](auto) {}, [](const auto&) {}});
    if (!read) return read.error();
    return read->records;
  }
  Result<std::uint64_t> built_anew() {
    std::uint64_t records = 0;
    const auto built = projections::build_generation(
        {folder.path() / "built", projections::all_projections(),
         projections::make_shared_resources({})},
        1, {0}, node.opener, {log, 1u << 20, [&](std::uint64_t more) { records += more; }, {}});
    if (!built) return built.error();
    return records;
  }
  void expect_all_or_error(const std::function<Result<std::uint64_t>()>& read) {
    log.stall_reads(a_while);
    const auto whole = read();
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(*whole, records_there);

    log.stall_reads(for_ever);
    const auto part = read();
    ASSERT_FALSE(part) << *part;
    EXPECT_EQ(part.error().code, events::ErrorCode::unavailable);
    EXPECT_THAT(part.error().message, ::testing::HasSubstr("ends at offset 3"));
  }
};

TEST_F(SlowLogTest, AReplayIsWhole) {
  expect_all_or_error([this] { return replayed(); });
}
TEST_F(SlowLogTest, AReplayByOtherKnowledgeIsWhole) {
  expect_all_or_error([this] { return judged_again(); });
}
TEST_F(SlowLogTest, NewRowsAreOfTheWholeLog) {
  expect_all_or_error([this] { return built_anew(); });
}

}  // namespace
}  // namespace tests
