#include "events/log/memory_log.h"

#include <gtest/gtest.h>

#include <future>

namespace events {
namespace {

using namespace std::chrono_literals;

constexpr PartitionId zero{0};

std::future<Appended> append(EventLog& log, std::string_view value) {
  auto answer = std::make_shared<std::promise<Appended>>();
  auto delivered = answer->get_future();
  log.append(zero, "key", value,
             [answer](const Appended& appended) { answer->set_value(appended); });
  return delivered;
}

bool answered(const std::future<Appended>& answer) {
  return answer.wait_for(0s) == std::future_status::ready;
}

TEST(MemoryLogTest, WhatIsAppendedIsReadInOrder) {
  MemoryLog log(2);
  log.set_time(KnownTime(5s));
  for (const char* value : {"a", "b", "c"}) {
    EXPECT_EQ(append_and_wait(log, zero, "k", value).delivery, Delivery::persisted);
  }
  auto reader = *log.read(zero, {1});
  auto records = *reader->next(1 << 20, 0ms);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, "b");
  EXPECT_EQ(records[0].append_time, KnownTime(5s));
  EXPECT_EQ(records[1].offset, Offset{2});
  EXPECT_TRUE(reader->next(1 << 20, 0ms)->empty());
  EXPECT_EQ(*log.end(zero), Offset{3});
  EXPECT_EQ(*log.end({1}), Offset{0});
}

TEST(MemoryLogTest, AReaderGetsAtLeastOneRecordHoweverLarge) {
  MemoryLog log(1);
  log.put(zero, "", "large");
  log.put(zero, "", "next");
  EXPECT_EQ((*log.read(zero, {0}))->next(1, 0ms)->size(), 1u);
}

TEST(MemoryLogTest, AWaitingReaderWakesWhenARecordComes) {
  MemoryLog log(1);
  auto reader = *log.read(zero, {0});
  auto read = std::async(std::launch::async, [&] { return reader->next(1 << 20, 20s)->size(); });
  log.put(zero, "", "a");
  EXPECT_EQ(read.get(), 1u);
}

TEST(MemoryLogTest, WhileHeldNothingLands) {
  MemoryLog log(1);
  log.hold();
  auto answer = append(log, "a");
  EXPECT_EQ(log.waiting(), 1u);
  EXPECT_TRUE(log.records(zero).empty());
  log.release();
  EXPECT_EQ(answer.get().position.offset, Offset{0});
}

TEST(MemoryLogTest, WhileAnswersAreHeldRecordsAreSeen) {
  MemoryLog log(1);
  log.hold_answers();
  auto answer = append(log, "a");
  EXPECT_EQ((*log.read(zero, {0}))->next(1 << 20, 20s)->size(), 1u);
  EXPECT_FALSE(answered(answer));
  log.release();
  EXPECT_EQ(answer.get().delivery, Delivery::persisted);
}

TEST(MemoryLogTest, FaultsSayWhatTheySayAndDoWhatTheyDo) {
  MemoryLog log(1);
  log.fail_next(MemoryLog::Fault::not_persisted);
  log.fail_next(MemoryLog::Fault::unknown_lost);
  log.fail_next(MemoryLog::Fault::unknown_landed);
  EXPECT_EQ(append_and_wait(log, zero, "", "a").delivery, Delivery::not_persisted);
  EXPECT_EQ(append_and_wait(log, zero, "", "b").delivery, Delivery::unknown);
  EXPECT_EQ(append_and_wait(log, zero, "", "c").delivery, Delivery::unknown);
  EXPECT_EQ(append_and_wait(log, zero, "", "d").delivery, Delivery::persisted);
  ASSERT_EQ(log.records(zero).size(), 2u);
  EXPECT_EQ(log.records(zero)[0].value, "c");
}

TEST(MemoryLogTest, AFullQueueIsSaidBeforeAppendReturns) {
  MemoryLog log(1, 10);
  log.hold();
  auto first = append(log, "1234567");
  auto second = append(log, "1");
  ASSERT_TRUE(answered(second));
  EXPECT_EQ(second.get().delivery, Delivery::not_persisted);
  log.release();
  EXPECT_EQ(first.get().delivery, Delivery::persisted);
}

TEST(MemoryLogTest, AnAwayLogTakesNothingAndSaysWhy) {
  MemoryLog log(1);
  auto reader = *log.read(zero, {0});
  log.set_away("broker away");
  EXPECT_EQ(append_and_wait(log, zero, "", "a").why, "broker away");
  EXPECT_EQ(reader->next(1, 0ms).error().code, ErrorCode::unavailable);
  EXPECT_EQ(log.end(zero).error().code, ErrorCode::unavailable);
  EXPECT_EQ(log.write_problem(), "broker away");
  log.set_away("");
  EXPECT_EQ(append_and_wait(log, zero, "", "a").delivery, Delivery::persisted);
}

TEST(MemoryLogTest, AShortenedLogIsCorruptForWhoHasReadFurther) {
  MemoryLog log(1);
  log.put(zero, "", "a");
  log.put(zero, "", "b");
  auto reader = *log.read(zero, {2});
  log.truncate(zero, {1});
  EXPECT_EQ(reader->next(1, 0ms).error().code, ErrorCode::corrupt);
}

TEST(MemoryLogTest, ClosingAnswersWhatIsHeldWithUnknown) {
  std::future<Appended> answer;
  {
    MemoryLog log(1);
    log.hold();
    answer = append(log, "a");
  }
  EXPECT_EQ(answer.get().delivery, Delivery::unknown);
}

}  // namespace
}  // namespace events
