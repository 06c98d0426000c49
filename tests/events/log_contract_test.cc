#include "tests/events/log_contract.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <numeric>
#include <set>
#include <thread>

#include "events/log/log_head.h"
#include "tests/events/append_child.h"

namespace events {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Ge;
using testing::Lt;

// For what must come: a slow machine gets its time, a broken log a failure.
constexpr auto patience = 30s;
constexpr std::size_t plenty = 1u << 20;
constexpr PartitionId first{0}, second{1};

std::vector<Appended> LogContract::append_all(PartitionId partition,
                                              const std::vector<std::string>& values,
                                              Answers when) {
  std::vector<Appended> answers(values.size());
  std::latch all(static_cast<std::ptrdiff_t>(values.size())), appended_all(1);
  const auto appender = std::this_thread::get_id();
  const bool hold = when == Answers::after_the_last_append;
  for (std::size_t i = 0; i < values.size(); ++i) {
    log().append(partition, "key " + std::to_string(i), values[i],
                 [&, i](const Appended& appended) {
                   if (hold && std::this_thread::get_id() != appender) appended_all.wait();
                   answers[i] = appended;
                   all.count_down();
                 });
  }
  appended_all.count_down();
  all.wait();
  return answers;
}

std::unique_ptr<LogReader> LogContract::reader(PartitionId partition, Offset from) {
  auto reader = log().read(partition, from);
  EXPECT_TRUE(reader) << reader.error().message;
  return std::move(*reader);
}

std::vector<LogRecord> LogContract::read(PartitionId partition, Offset from, std::size_t count) {
  std::vector<LogRecord> records;
  auto from_there = reader(partition, from);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (records.size() < count && std::chrono::steady_clock::now() < deadline) {
    auto more = from_there->next(plenty, 1000ms);
    if (!more) {
      ADD_FAILURE() << more.error().message;
      break;
    }
    for (LogRecord& record : *more) records.push_back(std::move(record));
  }
  EXPECT_EQ(records.size(), count);
  return records;
}

namespace {

std::vector<std::string> numbered(std::size_t count, std::size_t padding = 0) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back("value " + std::to_string(i) + std::string(padding, '.'));
  return values;
}

TEST_P(LogContract, RecordsComeBackInTheOrderTheyWereAppended) {
  const auto values = numbered(1000);
  const auto answers = append_all(first, values);
  const auto records = read(first, {0}, 1000);

  ASSERT_EQ(records.size(), 1000u);
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(records[i].key, "key " + std::to_string(i));
    EXPECT_EQ(records[i].value, values[i]);
    EXPECT_EQ(answers[i].delivery, Delivery::persisted) << answers[i].why;
    EXPECT_EQ(answers[i].position, (Position{first, records[i].offset}));
    EXPECT_EQ(answers[i].append_time, records[i].append_time);
  }
}

TEST_P(LogContract, OffsetsRiseAndAppendTimesNeverFall) {
  append_all(first, numbered(300));
  const auto records = read(first, {0}, 300);

  for (std::size_t i = 1; i < records.size(); ++i) {
    EXPECT_GT(records[i].offset, records[i - 1].offset);
    EXPECT_GE(records[i].append_time, records[i - 1].append_time);
  }
  if (GetParam().dense) {
    EXPECT_EQ(records.at(299).offset, Offset{299});
  }
}

TEST_P(LogContract, AppendTimeIsTheTimeNow) {
  const auto before = std::chrono::system_clock::now() - 5s;
  const Appended appended = append_and_wait(log(), first, "key", "value");
  EXPECT_GE(appended.append_time, before);
  EXPECT_LE(appended.append_time, std::chrono::system_clock::now() + 5s);
}

TEST_P(LogContract, PartitionsDoNotMix) {
  append_and_wait(log(), first, "a", "1");
  append_and_wait(log(), second, "b", "2");
  EXPECT_EQ(read(first, {0}, 1).at(0).value, "1");
  EXPECT_EQ(read(second, {0}, 1).at(0).value, "2");
  EXPECT_EQ(*log().end(first), Offset{1});
  EXPECT_EQ(*log().end({2}), Offset{0});
}

TEST_P(LogContract, AnyBytesComeBackAsTheyWere) {
  std::string every_byte(256, '\0');
  std::iota(every_byte.begin(), every_byte.end(), '\0');
  append_and_wait(log(), first, every_byte, std::string_view("\0\0", 2));
  append_and_wait(log(), first, "", "");
  const auto records = read(first, {0}, 2);
  EXPECT_EQ(records.at(0).key, every_byte);
  EXPECT_EQ(records.at(0).value, std::string_view("\0\0", 2));
  EXPECT_EQ(records.at(1).key, "");
  EXPECT_EQ(records.at(1).value, "");
}

TEST_P(LogContract, AnAppendWakesTheReaderThatWaitsAtTheEnd) {
  std::promise<void> waits;
  auto woken = std::async(std::launch::async, [&] {
    auto tail = reader(first, {0});
    waits.set_value();
    return tail->next(plenty, patience);
  });
  waits.get_future().wait();
  const auto appended_at = std::chrono::steady_clock::now();
  append_and_wait(log(), first, "key", "news");

  auto records = woken.get();
  ASSERT_TRUE(records) << records.error().message;
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ(records->at(0).value, "news");
  EXPECT_LT(std::chrono::steady_clock::now() - appended_at, patience / 2)
      << "it slept its time out";
}

TEST_P(LogContract, AReaderAtTheEndGetsNothingOnceItsWaitIsOver) {
  append_and_wait(log(), first, "key", "value");
  auto tail = reader(first, {1});
  auto records = tail->next(plenty, 50ms);
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_TRUE(records->empty());

  append_and_wait(log(), first, "key", "later");
  records = tail->next(plenty, patience);
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_EQ(records->at(0).value, "later");
}

TEST_P(LogContract, AReaderMayStartInTheMiddle) {
  const auto answers = append_all(first, numbered(100));
  const auto records = read(first, answers[40].position.offset, 60);
  EXPECT_EQ(records.at(0).value, "value 40");
  EXPECT_EQ(records.at(59).value, "value 99");
}

TEST_P(LogContract, ReadingFromBeyondTheEndIsCorrupt) {
  append_and_wait(log(), first, "key", "value");
  auto beyond = reader(first, {17});
  Result<std::vector<LogRecord>> records;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  do {
    records = beyond->next(plenty, 100ms);
  } while (records && records->empty() && std::chrono::steady_clock::now() < deadline);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, ErrorCode::corrupt) << records.error().message;
}

TEST_P(LogContract, TwoReadersOfOnePartitionDoNotDisturbEachOther) {
  append_all(first, numbered(10));
  auto one = reader(first, {0});
  auto other = reader(first, {5});
  EXPECT_EQ(one->next(1, patience)->at(0).value, "value 0");
  EXPECT_EQ(other->next(1, patience)->at(0).value, "value 5");
  EXPECT_EQ(one->next(1, patience)->at(0).value, "value 1");
  other.reset();
  EXPECT_EQ(one->next(1, patience)->at(0).value, "value 2");
  EXPECT_EQ(reader(first, {9})->next(1, patience)->at(0).value, "value 9");
}

TEST_P(LogContract, EachPartitionHasAReaderAndAThreadOfItsOwn) {
  std::vector<std::future<std::string>> lasts;
  for (std::uint32_t i = 0; i < LogUnderTest::partitions; ++i) {
    lasts.push_back(
        std::async(std::launch::async, [&, i] { return read({i}, {0}, 200).at(199).value; }));
  }
  for (std::uint32_t i = 0; i < LogUnderTest::partitions; ++i) append_all({i}, numbered(200));
  for (auto& last : lasts) EXPECT_EQ(last.get(), "value 199");
}

TEST_P(LogContract, ABatchHoldsWhatFitsAndNeverLessThanOneRecord) {
  append_all(first, std::vector<std::string>(6, std::string(1000, 'x')));
  auto records = reader(first, {0});
  // A reader may be handed less than is there when it has not arrived yet, never more.
  const auto count = [&](std::size_t bytes_max) {
    return records->next(bytes_max, patience)->size();
  };
  EXPECT_EQ(count(1), 1u);
  std::size_t seen = 1;
  while (seen < 6) {
    const std::size_t some = count(2100);
    ASSERT_GE(some, 1u);
    ASSERT_LE(some, 2u);
    seen += some;
  }
  EXPECT_EQ(seen, 6u);
}

TEST_P(LogContract, RecordsOfOneMebibyteGoThrough) {
  std::string value((1u << 20) - 3, 'x');
  value[12345] = 'y';
  const Appended appended = append_and_wait(log(), first, "key", value);
  ASSERT_EQ(appended.delivery, Delivery::persisted) << appended.why;
  EXPECT_TRUE(read(first, {0}, 1).at(0).value == value);
}

TEST_P(LogContract, ALargerRecordIsRefused) {
  if (GetParam().record_bytes_max == 0) GTEST_SKIP() << "no limit here";
  const std::string value(GetParam().record_bytes_max, 'x');
  const Appended appended = append_and_wait(log(), first, "key", value);
  EXPECT_EQ(appended.delivery, Delivery::not_persisted);
  EXPECT_THAT(appended.why, testing::HasSubstr("1048576"));
  EXPECT_EQ(*log().end(first), Offset{0});
}

TEST_P(LogContract, AFullQueueRefusesBeforeAppendReturns) {
  reopen(4096);
  bool answered = false;
  log().append(first, "key", std::string(8192, 'x'), [&](const Appended& appended) {
    answered = true;
    EXPECT_EQ(appended.delivery, Delivery::not_persisted);
    EXPECT_THAT(appended.why, testing::HasSubstr("full"));
  });
  EXPECT_TRUE(answered);
}

TEST_P(LogContract, WhatAFullQueueRefusedIsNotThereAndTheRestIs) {
  reopen(16384);
  const auto answers = append_all(first, numbered(2000, 200), Answers::after_the_last_append);
  std::map<std::int64_t, std::string> expected;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].delivery == Delivery::persisted) {
      expected[answers[i].position.offset.value] = "key " + std::to_string(i);
    } else {
      EXPECT_EQ(answers[i].delivery, Delivery::not_persisted);
    }
  }
  EXPECT_THAT(expected.size(), Lt(2000u)) << "the queue never filled up";
  const auto records = read(first, {0}, expected.size());
  for (const LogRecord& record : records) EXPECT_EQ(record.key, expected[record.offset.value]);
  EXPECT_EQ(log().end(first)->value, static_cast<std::int64_t>(expected.size()));
}

TEST_P(LogContract, EndIsTheOffsetAfterTheLastRecord) {
  EXPECT_EQ(*log().end(first), Offset{0});
  const auto answers = append_all(first, numbered(25));
  EXPECT_EQ(*log().end(first), answers.back().position.offset.next());
}

TEST_P(LogContract, ManyAppendersAtOnceLoseAndDoubleNothing) {
  constexpr std::size_t threads = 8, each = 250;
  std::vector<std::jthread> appenders;
  std::atomic<int> persisted = 0;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    appenders.emplace_back([&, thread] {
      for (std::size_t i = 0; i < each; ++i) {
        const auto value = std::to_string(thread) + "/" + std::to_string(i);
        if (append_and_wait(log(), first, "key", value).delivery == Delivery::persisted)
          ++persisted;
      }
    });
  }
  appenders.clear();
  EXPECT_EQ(persisted, static_cast<int>(threads * each));

  std::set<std::string> values;
  std::map<char, int> next;
  for (const LogRecord& record : read(first, {0}, threads * each)) {
    values.insert(record.value);
    EXPECT_EQ(std::stoi(record.value.substr(2)), next[record.value[0]]++)
        << "out of its thread's order";
  }
  EXPECT_EQ(values.size(), threads * each);
}

TEST_P(LogContract, AppendersAtOnceBecomeDurableTogether) {
  if (!GetParam().counts_groups) GTEST_SKIP() << "has no groups";
  const LogFigures before = log().figures();
  append_all(first, numbered(2000));
  const LogFigures after = log().figures();
  EXPECT_EQ(after.records - before.records, 2000u);
  EXPECT_THAT(after.groups - before.groups, Ge(1u));
  EXPECT_THAT(after.groups - before.groups, Lt(1000u)) << "nearly a sync for each record";
  EXPECT_EQ(after.queued_bytes, 0u);
}

TEST_P(LogContract, OpenedAgainItHasEverything) {
  if (!GetParam().durable) GTEST_SKIP() << "not durable";
  append_all(first, numbered(100));
  reopen();
  EXPECT_EQ(*log().end(first), Offset{100});
  EXPECT_EQ(append_and_wait(log(), first, "key", "after").position, (Position{first, {100}}));
  const auto records = read(first, {0}, 101);
  EXPECT_EQ(records.at(99).value, "value 99");
  EXPECT_EQ(records.at(100).value, "after");
}

TEST_P(LogContract, AKilledProcessLosesNothingThatWasAcknowledged) {
  const auto arguments = under_test_->child_arguments();
  if (arguments.empty()) GTEST_SKIP() << "not durable";
  for (int kill = 0; kill < 3; ++kill) {
    log_.reset();
    const auto acknowledged = append_until_killed(arguments, 500);
    ASSERT_THAT(acknowledged.size(), Ge(500u));
    reopen();
    std::map<Position, std::string> found;
    for (std::uint32_t i = 0; i < log().partition_count(); ++i) {
      const auto count = static_cast<std::size_t>(log().end({i})->value);
      for (LogRecord& record : read({i}, {0}, count)) found[{{i}, record.offset}] = record.value;
    }
    for (const auto& [position, number] : acknowledged) {
      EXPECT_EQ(found[position], child_value(number))
          << "partition " << position.partition.value << " offset " << position.offset.value;
    }
  }
}

TEST_P(LogContract, ACutLogBeginsWhereItWasCutAndGoesOn) {
  const auto answers = append_all(first, numbered(20));
  append_all(second, numbered(3));
  auto* head = head_of(log());
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(head->first(first), answers[0].position.offset);

  const Offset below = answers[12].position.offset;
  for (int time = 0; time < 2; ++time) {
    const auto cut = head->cut(first, below);
    ASSERT_TRUE(cut) << cut.error().message;
  }
  EXPECT_EQ(head->first(first), below);
  EXPECT_EQ(head->first(second), Offset{0}) << "the other partition is whole";
  EXPECT_EQ(read(first, below, 8).front().value, "value 12");
  const auto from_before = reader(first, answers[0].position.offset)->next(plenty, patience);
  ASSERT_FALSE(from_before) << "a part must not pass for the whole";
  EXPECT_EQ(from_before.error().code, ErrorCode::corrupt);

  EXPECT_FALSE(head->cut(first, Offset{answers[19].position.offset.value + 100}));
  if (GetParam().durable) {
    reopen();
    EXPECT_EQ(head_of(log())->first(first), below);
  }
  EXPECT_EQ(append_all(first, {"more"}).front().delivery, Delivery::persisted);
  EXPECT_EQ(read(first, below, 9).back().value, "more");
}

}  // namespace
}  // namespace events
