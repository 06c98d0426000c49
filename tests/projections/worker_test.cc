#include "projections/worker.h"

#include <thread>

#include "projections/catalog.h"
#include "projections/rebuild.h"
#include "tests/projections/fixture.h"

namespace tests {
namespace {

class WorkerTest : public ::testing::Test, protected ShardsFixture {
 protected:
  projections::GenerationOptions generation() {
    return {folder.path() / "rows", projections::all_projections(), shared_};
  }
  projections::WorkerContext context() {
    return {options,   projections::all_projections(),
            log,       node.opener,
            outcomes_, slots_,
            *metrics,  [](auto, auto) {}};
  }
  void append_one(const projections::Worker& worker, const std::string& id) {
    const auto last = append(build({.acts = {create(id)}}));
    ASSERT_TRUE(
        worker.wait_for(last.next(), std::chrono::steady_clock::now() + std::chrono::seconds(30)));
  }
  bool waits_for_problem(const std::string& text) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
      if (shards->shard({0}).problem().find(text) != std::string::npos) return true;
      std::this_thread::yield();
    }
    return false;
  }

  const std::shared_ptr<projections::SharedResources> shared_ =
      projections::make_shared_resources({});
  projections::Outcomes outcomes_;
  projections::FoldSlots slots_{1};
};

// The new rows are a record behind the live ones, and the log does not give that one again.
TEST_F(WorkerTest, AStopEndsTheWaitForWhatNewRowsLack) {
  const auto live = projections::open_generation(generation(), 1);
  ASSERT_TRUE(live);
  projections::Worker worker(context(), {0}, *live);
  ASSERT_TRUE(worker.start());
  append_one(worker, "a");
  const auto built =
      projections::build_generation(generation(), 2, {0}, node.opener, {log, 1u << 20, {}, {}});
  ASSERT_TRUE(built) << built.error().message;
  append_one(worker, "b");

  std::stop_source stop;
  stop.request_stop();
  log.stall_reads(1'000'000);
  const auto adopted = worker.adopt(*built, stop.get_token());
  log.stall_reads(0);

  ASSERT_FALSE(adopted);
  EXPECT_EQ(adopted.error().message, "stopped");
  EXPECT_EQ(worker.generation()->number, 1u);
  append_one(worker, "c");
  EXPECT_TRUE(worker.adopt(*built, {}));
  EXPECT_EQ(worker.generation()->number, 2u);
}

// A broker that is slow has lost nothing, and must not be said to.
TEST_F(WorkerTest, ALogThatGivesNothingForAWhileIsNotCalledAnother) {
  options.flush_at_close = true;
  submit({create("a"), create("b")});
  shards.reset();
  log.stall_reads(1'000'000);
  const auto opened = try_open();
  log.stall_reads(0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, events::ErrorCode::unavailable);
  EXPECT_TRUE(try_open());
}

TEST_F(WorkerTest, ALogMadeAgainWhileItWasAwayIsNotReadOn) {
  submit({create("a")});
  submit({create("b")});
  const auto before = state_hash();
  log.set_away("broker away");
  ASSERT_TRUE(waits_for_problem("broker away"));
  log.truncate({0}, {0});
  for (int i = 0; i < 5; ++i) {
    const auto other = build({.acts = {create("other" + std::to_string(i))}});
    log.put({0}, std::string(other.stream.bytes()), other.records.front());
  }
  log.set_away("");

  EXPECT_TRUE(waits_for_problem("another record at offset 1"));
  EXPECT_EQ(shards->shard({0}).next_offset().value, 2);
  EXPECT_EQ(*projections::state_hash(*shards->shard({0}).view()), before);
}

}  // namespace
}  // namespace tests
