// Pages of the log of checkpoints.
#include "query/audit/checkpoints.h"

#include <gmock/gmock.h>

#include "events/log/memory_log.h"

namespace query::audit {
namespace {

using events::Offset;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Checkpoints {
  Checkpoints() {
    log.put({0}, std::string(projections::signer_record), "a key");
    for (const auto* note : {"one", "two", "three"}) log.put({0}, "an origin", note);
  }
  events::MemoryLog log{1};
};

TEST(CheckpointsTest, PagesHaveNotesAndWhereToGoOn) {
  Checkpoints side;
  const auto first = read_checkpoints(side.log, {0}, 2);
  ASSERT_TRUE(first);
  EXPECT_THAT(first->notes, ElementsAre("one", "two"));
  const auto second = read_checkpoints(side.log, first->next, 2);
  ASSERT_TRUE(second);
  EXPECT_THAT(second->notes, ElementsAre("three"));
  EXPECT_EQ(second->next, Offset{4});
  EXPECT_THAT(read_checkpoints(side.log, {4}, 2)->notes, IsEmpty());
  EXPECT_EQ(read_checkpoints(side.log, {5}, 2).error().code, events::ErrorCode::invalid);
}

// Who pages takes a short page for the last one.
TEST(CheckpointsTest, ALogThatGivesNothingForAWhileHasNotEnded) {
  Checkpoints side;
  side.log.stall_reads(1'000'000);
  const auto page = read_checkpoints(side.log, {0}, 10);
  ASSERT_FALSE(page) << page->notes.size() << " notes";
  EXPECT_EQ(page.error().code, events::ErrorCode::unavailable);
}

}  // namespace
}  // namespace query::audit
