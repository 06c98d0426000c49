#include "query/subscriptions/schedule.h"

#include <gmock/gmock.h>

namespace query::subscriptions {
namespace {

using namespace std::chrono_literals;
using Step = Schedule::Step;

class ScheduleTest : public ::testing::Test {
 protected:
  Schedule::Time now_{1h};
};

TEST_F(ScheduleTest, ANewSubscriberIsShakenHandsWithBeforeItIsToldAnything) {
  Schedule schedule(0s, false, now_);
  EXPECT_EQ(schedule.due(now_, true), Step::handshake);
  schedule.sent();
  EXPECT_EQ(schedule.due(now_, true), Step::nothing) << "one thing at a time";
  schedule.succeeded(now_);
  EXPECT_EQ(schedule.due(now_, true), Step::events);
  EXPECT_EQ(schedule.due(now_, false), Step::nothing);
}

TEST_F(ScheduleTest, FailuresAreTriedAgainEverLaterButNeverGivenUp) {
  Schedule schedule(0s, true, now_);
  const std::vector<std::chrono::milliseconds> waits{1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 5min, 5min};
  for (const auto wait : waits) {
    ASSERT_EQ(schedule.due(now_, true), Step::events);
    schedule.sent();
    schedule.failed(now_, "the endpoint answered 500");
    EXPECT_EQ(schedule.due(now_ + wait - 1ms, true), Step::nothing);
    EXPECT_EQ(schedule.wake_at(true), now_ + wait);
    now_ += wait;
  }
  for (int i = 0; i < 10'000; ++i) schedule.failed(now_, "hangs");
  EXPECT_EQ(schedule.due(now_ + 5min, true), Step::events);
  EXPECT_EQ(schedule.error(), "hangs");
}

TEST_F(ScheduleTest, OneSuccessEndsTheBackOff) {
  Schedule schedule(0s, true, now_);
  for (int i = 0; i < 5; ++i) schedule.failed(now_, "away");
  now_ += 16s;
  ASSERT_EQ(schedule.due(now_, true), Step::events);
  schedule.sent();
  schedule.succeeded(now_);
  EXPECT_EQ(schedule.failures(), 0u);
  EXPECT_EQ(schedule.error(), "");
  EXPECT_EQ(schedule.due(now_, true), Step::events);
}

TEST_F(ScheduleTest, RestartingEndsTheWaitAndNotTheMemoryOfFailures) {
  Schedule schedule(0s, true, now_);
  for (int i = 0; i < 9; ++i) schedule.failed(now_, "away");
  schedule.restart(false);
  EXPECT_EQ(schedule.due(now_, true), Step::events);
  EXPECT_EQ(schedule.failures(), 9u);
  schedule.restart(true);
  EXPECT_EQ(schedule.due(now_, true), Step::handshake);
}

TEST_F(ScheduleTest, AHeartbeatIsSentWhenAllHasBeenQuietForItsPeriod) {
  Schedule schedule(60s, true, now_);
  EXPECT_EQ(schedule.due(now_ + 59s, false), Step::nothing);
  EXPECT_EQ(schedule.wake_at(false), now_ + 60s);
  EXPECT_EQ(schedule.due(now_ + 60s, false), Step::heartbeat);
  schedule.sent();
  schedule.succeeded(now_ + 60s);
  EXPECT_EQ(schedule.due(now_ + 119s, false), Step::nothing);
  EXPECT_EQ(schedule.due(now_ + 120s, false), Step::heartbeat);
}

}  // namespace
}  // namespace query::subscriptions
