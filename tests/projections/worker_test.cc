#include "projections/worker.h"

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

}  // namespace
}  // namespace tests
