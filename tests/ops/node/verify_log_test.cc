// What `chartlog verify` reads of a log that for a while gives nothing.
#include "ops/node/verify_log.h"

#include <gmock/gmock.h>

#include "events/log/memory_log.h"

namespace ops::node {
namespace {

using events::MemoryLog;

struct SlowLog {
  SlowLog() {
    auto clinical = std::make_unique<MemoryLog>(1), checkpoints = std::make_unique<MemoryLog>(1);
    for (int i = 0; i < 3; ++i) {
      clinical->put({0}, "key", "value");
      checkpoints->put({0}, "key", "note");
    }
    slow = clinical.get();
    slow_side = checkpoints.get();
    verified.clinical = std::move(clinical);
    verified.checkpoints = std::move(checkpoints);
  }
  VerifyLog verified;
  MemoryLog *slow = nullptr, *slow_side = nullptr;
};

TEST(VerifyLogTest, ASlowLogIsReadToItsEndOrNotJudged) {
  SlowLog log;
  const auto read = [&] { return read_partition(log.verified, {0}, [](auto, auto) {}); };
  log.slow->stall_reads(3);
  const auto whole = read();
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->leaves.leaves.size(), 3u);

  log.slow->stall_reads(1'000'000);
  const auto part = read();
  ASSERT_FALSE(part);
  EXPECT_EQ(part.error().code, events::ErrorCode::unavailable);
}

TEST(VerifyLogTest, SoAreTheCheckpoints) {
  SlowLog log;
  log.slow_side->stall_reads(3);
  const auto whole = read_side_notes(log.verified, 10);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->notes.size(), 3u);

  log.slow_side->stall_reads(1'000'000);
  EXPECT_FALSE(read_side_notes(log.verified, 10));
}

}  // namespace
}  // namespace ops::node
