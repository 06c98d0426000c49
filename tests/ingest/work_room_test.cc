#include "ingest/work_room.h"

#include <gtest/gtest.h>

#include <future>

namespace ingest {
namespace {

using namespace std::chrono_literals;

constexpr WorkRoom::Limits limits{10, 100, 20s};
constexpr WorkRoom::Limits impatient{10, 100, 0s};

TEST(WorkRoomTest, LargeRequestsThatFitWorkTogether) {
  WorkRoom room(impatient);
  const auto one = room.enter(60);
  EXPECT_TRUE(one);
  EXPECT_TRUE(room.enter(40));
}

TEST(WorkRoomTest, OneThatDoesNotFitGetsNoPlaceInTime) {
  WorkRoom room(impatient);
  const auto one = room.enter(60);
  EXPECT_FALSE(room.enter(41));
}

TEST(WorkRoomTest, OneThatDoesNotFitWaitsForTheOthers) {
  WorkRoom room(limits);
  auto one = room.enter(60);
  auto second = std::async(std::launch::async, [&] { return room.enter(60).has_value(); });
  EXPECT_EQ(second.wait_for(20ms), std::future_status::timeout);
  one.reset();
  EXPECT_TRUE(second.get());
}

TEST(WorkRoomTest, ASmallRequestPassesAtOnce) {
  WorkRoom room(impatient);
  const auto all = room.enter(100);
  EXPECT_TRUE(room.enter(10));
}

TEST(WorkRoomTest, ARequestLargerThanTheRoomWorksAlone) {
  WorkRoom room(impatient);
  auto all = room.enter(1000);
  EXPECT_TRUE(all);
  EXPECT_FALSE(room.enter(11));
  all.reset();
  EXPECT_TRUE(room.enter(11));
}

TEST(WorkRoomTest, OneThatGaveUpHoldsNobodyBack) {
  WorkRoom room(impatient);
  auto one = room.enter(60);
  EXPECT_FALSE(room.enter(90));
  EXPECT_TRUE(room.enter(40));
}

}  // namespace
}  // namespace ingest
