#include "events/log/kafka_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <map>
#include <thread>

#include "events/log/log_head.h"
#include "events/log/whole_read.h"
#include "tests/broker/broker_process.h"
#include "tests/broker/topic.h"

namespace events {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr PartitionId first{0};

template <class Condition>
bool within(std::chrono::seconds patience, Condition holds) {
  for (const auto deadline = steady_clock::now() + patience; steady_clock::now() < deadline;) {
    if (holds()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

class KafkaLogTest : public testing::Test {
 protected:
  void SetUp() override {
    if (test_broker().empty()) {
      ASSERT_FALSE(broker_is_due()) << "CI=true, and CHARTLOG_TEST_BROKER is not set";
      GTEST_SKIP() << "CHARTLOG_TEST_BROKER is not set";
    }
    options_ = {.brokers = test_broker(),
                .topic = fresh_topic(),
                .partitions = 2,
                .settings_interval = 100ms};
  }
  std::unique_ptr<EventLog> open() {
    auto log = open_kafka_log(options_);
    EXPECT_TRUE(log) << log.error().message;
    return std::move(*log);
  }
  std::string refusal() {
    auto log = open_kafka_log(options_);
    EXPECT_FALSE(log);
    if (log) return "opened";
    EXPECT_EQ(log.error().code, ErrorCode::precondition_failed) << log.error().message;
    return log.error().message;
  }
  // A transaction is over for its producer before its marker stands in the partition.
  bool ends_at(std::int64_t offset) const {
    return within(30s, [&] { return high_watermark(options_.brokers, options_.topic) == offset; });
  }
  KafkaLogOptions options_;
};

TEST_F(KafkaLogTest, MakesATopicWithAllTheSettingsItWants) {
  open();
  auto settings = check_topic(options_);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->size(), 9u);
  for (const TopicSetting& setting : *settings)
    EXPECT_TRUE(setting.ok) << setting.name << " is " << setting.is;
}

TEST_F(KafkaLogTest, ItsClientsFiguresTellWhatWasSent) {
  const auto log = open();
  ASSERT_EQ(append_and_wait(*log, first, "key", "value").delivery, Delivery::persisted);
  const auto figure = [&](std::string_view name, std::string_view client) {
    for (const ClientFigure& one : log->client_figures())
      if (one.name == name && one.client == client) return one.value;
    return -1.0;
  };
  EXPECT_TRUE(within(10s, [&] { return figure("kafka_requests_total", "producer") > 0; }));
  for (const auto* client : {"producer", "consumer"})
    EXPECT_TRUE(within(10s, [&] { return figure("kafka_brokers_up", client) == 1; })) << client;
  EXPECT_TRUE(within(10s, [&] { return figure("kafka_received_bytes_total", "consumer") > 0; }));
}

TEST_F(KafkaLogTest, EachSettingThatDiffersIsNamedAndRefused) {
  open();
  alter_topic(options_.brokers, options_.topic, "cleanup.policy", "compact");
  EXPECT_THAT(refusal(), HasSubstr("cleanup.policy is compact, must be delete"));
  alter_topic(options_.brokers, options_.topic, "message.timestamp.type", "CreateTime");
  EXPECT_THAT(refusal(), HasSubstr("message.timestamp.type is CreateTime, must be LogAppendTime"));
  EXPECT_THAT(refusal(), HasSubstr("retention.ms is "));
}

TEST_F(KafkaLogTest, AnotherNumberOfPartitionsIsRefused) {
  open();
  options_.partitions = 3;
  EXPECT_THAT(refusal(), HasSubstr("partitions is 2, must be 3"));
}

TEST_F(KafkaLogTest, NoBrokerIsUnavailable) {
  options_.brokers = "127.0.0.1:1";
  options_.start_timeout = 1s;
  auto log = open_kafka_log(options_);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::unavailable) << log.error().message;
}

TEST_F(KafkaLogTest, DriftedSettingsStopWritesUntilTheyAreRight) {
  auto log = open();
  ASSERT_EQ(append_and_wait(*log, first, "key", "before").delivery, Delivery::persisted);
  EXPECT_EQ(log->write_problem(), "");

  alter_topic(options_.brokers, options_.topic, "retention.ms", "1000");
  ASSERT_TRUE(within(30s, [&] { return !log->write_problem().empty(); }));
  EXPECT_THAT(log->write_problem(), HasSubstr("retention.ms is 1000, must be -1"));
  const Appended refused = append_and_wait(*log, first, "key", "value");
  EXPECT_EQ(refused.delivery, Delivery::not_persisted);
  EXPECT_THAT(refused.why, HasSubstr("retention.ms"));
  auto records = (*log->read(first, {0}))->next(1u << 20, 30s);
  ASSERT_TRUE(records);
  EXPECT_EQ(records->at(0).value, "before") << "reads go on";
}

TEST_F(KafkaLogTest, ATopicMadeAgainStopsWritesForGood) {
  {
    auto log = open();
    append_and_wait(*log, first, "key", "of the old topic");
  }
  auto log = open();  // has seen the old topic's first record
  delete_topic(options_.brokers, options_.topic);
  ASSERT_TRUE(within(30s, [&] { return !log->write_problem().empty(); }));

  auto again = open();
  ASSERT_EQ(append_and_wait(*again, first, "key", "of the new topic").delivery,
            Delivery::persisted);
  EXPECT_TRUE(within(30s, [&] {
    return log->write_problem().find("made again") != std::string::npos;
  })) << log->write_problem();
}

TEST_F(KafkaLogTest, ALogThatMayBeginLateIsOpenedWhereItWasCutAndAnyOtherRefused) {
  options_.may_begin_late = true;
  {
    auto log = open();
    for (const auto* value : {"one", "two", "three"}) append_and_wait(*log, first, "key", value);
    const auto cut = head_of(*log)->cut(first, {2});
    ASSERT_TRUE(cut) << cut.error().message;
    ASSERT_EQ(append_and_wait(*log, first, "key", "four").delivery, Delivery::persisted);
  }
  auto log = open();
  EXPECT_EQ(head_of(*log)->first(first), Offset{2});
  EXPECT_EQ((*log->read(first, {2}))->next(1u << 20, 30s)->front().value, "three");
  log.reset();
  options_.may_begin_late = false;
  EXPECT_THAT(refusal(), HasSubstr("begins at offset 2: records were deleted"));
}

// Old records go by our own cut, with a notice: the broker's clock tells nobody.
TEST_F(KafkaLogTest, ARetentionOfTheBrokersIsRefusedByNameAlsoWhereOldRecordsMayGo) {
  options_.may_begin_late = true;
  open();
  alter_topic(options_.brokers, options_.topic, "retention.ms", "315619200000");
  EXPECT_THAT(refusal(), HasSubstr("retention.ms is 315619200000, must be -1"));
}

TEST_F(KafkaLogTest, ACutTopicThatIsMadeAgainStopsWrites) {
  options_.may_begin_late = true;
  auto log = open();
  for (const auto* value : {"one", "two", "three"}) append_and_wait(*log, first, "key", value);
  ASSERT_TRUE(head_of(*log)->cut(first, {2}));
  log.reset();
  log = open();  // has seen where it begins
  delete_topic(options_.brokers, options_.topic);
  ASSERT_TRUE(within(30s, [&] { return !log->write_problem().empty(); }));
  auto again = open();
  for (int i = 0; i < 5; ++i) append_and_wait(*again, first, "key", "of the new topic");
  EXPECT_TRUE(within(30s, [&] {
    return log->write_problem().find("made again") != std::string::npos;
  })) << log->write_problem();
}

// As many as the old one had, and more: the reader's place is there in the new topic, too.
TEST_F(KafkaLogTest, AReaderNeverGoesOnInATopicThatWasMadeAgain) {
  options_.settings_interval = 1h;  // the watch is not what stops it
  auto log = open();
  for (const auto* value : {"one", "two"}) append_and_wait(*log, first, "key", value);
  auto reader = *log->read(first, {0});
  for (std::size_t read = 0; read < 2;) {
    const auto records = reader->next(1u << 20, 30s);
    ASSERT_TRUE(records && !records->empty());
    read += records->size();
  }
  delete_topic(options_.brokers, options_.topic);
  {
    auto again = open();
    for (int i = 0; i < 20; ++i)
      ASSERT_EQ(append_and_wait(*again, first, "key", "of the new topic").delivery,
                Delivery::persisted);
  }
  Result<std::vector<LogRecord>> read;
  EXPECT_TRUE(within(60s, [&] {
    read = reader->next(1u << 20, 100ms);
    return read && !read->empty() ? true : !read && read.error().code == ErrorCode::corrupt;
  }));
  ASSERT_FALSE(read) << "read on at offset " << read->front().offset.value;
  EXPECT_THAT(read.error().message, HasSubstr("made again"));
  EXPECT_THAT(log->write_problem(), HasSubstr("made again")) << "though the watch has not looked";
  EXPECT_EQ(append_and_wait(*log, first, "key", "value").delivery, Delivery::not_persisted);
}

// Behind it the broker counts one offset more than there are records.
TEST_F(KafkaLogTest, AForeignTransactionsMarkerIsNotTakenForARecord) {
  auto log = open();
  ASSERT_EQ(append_and_wait(*log, first, "key", "ours").delivery, Delivery::persisted);
  append_in_transaction(options_.brokers, options_.topic, {"theirs"}, TransactionEnd::commit);
  ASSERT_TRUE(ends_at(3)) << "ours, theirs, the marker";

  for (const auto* name : {"the log that was open", "a log opened after it"}) {
    const auto end = log->end(first);
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_EQ(*end, Offset{2}) << name;
    auto reader = *log->read(first, {0});
    std::vector<std::string> values;
    for (Offset next; next < *end;) {
      const auto records = next_below(*reader, *end, 1u << 20);
      ASSERT_TRUE(records) << records.error().message;
      for (const auto& record : *records) values.push_back(record.value);
      next = records->back().offset.next();
    }
    EXPECT_THAT(values, testing::ElementsAre("ours", "theirs"));
    reader.reset();  // before its log
    log = open();
  }
  EXPECT_EQ(append_and_wait(*log, first, "key", "more").position, (Position{first, {3}}));
  EXPECT_EQ(log->end(first), Offset{4}) << "a marker in the middle is passed over";
}

TEST_F(KafkaLogTest, MarkersAloneAreNoRecordsHoweverManyTheyAre) {
  open();
  for (int i = 0; i < 12; ++i)
    append_in_transaction(options_.brokers, options_.topic, {"aborted"}, TransactionEnd::abort);
  ASSERT_TRUE(ends_at(24));
  auto log = open();
  EXPECT_EQ(log->end(first), Offset{23}) << "what was aborted lies on the log: readers judge it";
  EXPECT_EQ(log->end({1}), Offset{0});
}

// A broker of their own, because they kill it.
class KilledBrokerTest : public KafkaLogTest {
 protected:
  void SetUp() override {
    KafkaLogTest::SetUp();
    if (IsSkipped()) return;
    broker_ = std::make_unique<BrokerProcess>();
    options_.brokers = broker_->address();
  }
  std::unique_ptr<BrokerProcess> broker_;
};

TEST_F(KilledBrokerTest, AnswersStayTrueReadsGoOnAndWhatIsUnknownMayBeSentAgain) {
  auto log = open();
  auto reader = *log->read(first, {0});
  constexpr int count = 4000;
  std::vector<Appended> answers(count);
  std::latch all(count);
  std::promise<void> half_way;
  for (int i = 0; i < count; ++i) {
    log->append(first, "key", std::to_string(i), [&, i](const Appended& appended) {
      answers[static_cast<std::size_t>(i)] = appended;
      all.count_down();
      if (i == count / 4) half_way.set_value();
    });
  }
  half_way.get_future().wait();
  broker_->kill();
  ASSERT_TRUE(within(30s, [&] { return !log->write_problem().empty(); })) << "nobody noticed";
  Result<std::vector<LogRecord>> away;
  ASSERT_TRUE(within(30s, [&] {
    away = reader->next(1u << 20, 50ms);
    return !away;
  }));
  EXPECT_EQ(away.error().code, ErrorCode::unavailable) << away.error().message;
  EXPECT_EQ(log->end(first).error().code, ErrorCode::unavailable);

  broker_->start();
  all.wait();
  ASSERT_TRUE(within(30s, [&] { return log->write_problem().empty(); })) << log->write_problem();
  for (int i = 0; i < count; ++i) {
    Appended& answer = answers[static_cast<std::size_t>(i)];
    if (answer.delivery == Delivery::unknown)
      answer = append_and_wait(*log, first, "key", std::to_string(i));
    EXPECT_EQ(answer.delivery, Delivery::persisted) << answer.why;
  }

  std::map<std::int64_t, std::string> found;
  auto again = *log->read(first, {0});
  const std::int64_t end = log->end(first)->value;
  within(30s, [&] {
    auto records = again->next(1u << 20, 1s);
    if (records) {
      for (const LogRecord& record : *records) found[record.offset.value] = record.value;
    }
    return !found.empty() && found.rbegin()->first + 1 == end;
  });
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(found[answers[static_cast<std::size_t>(i)].position.offset.value], std::to_string(i));
  }
  auto goes_on = reader->next(1u << 20, 30s);
  EXPECT_TRUE(goes_on) << goes_on.error().message;
}

TEST_F(KilledBrokerTest, WhatNeverReachedTheBrokerIsSurelyNotPersisted) {
  options_.delivery_timeout = 1s;
  auto log = open();
  ASSERT_EQ(append_and_wait(*log, first, "key", "before").delivery, Delivery::persisted);
  broker_->kill();
  ASSERT_TRUE(within(30s, [&] { return !log->write_problem().empty(); }));
  EXPECT_EQ(append_and_wait(*log, first, "key", "never").delivery, Delivery::not_persisted);

  broker_->start();
  ASSERT_TRUE(within(30s, [&] { return log->write_problem().empty(); }));
  EXPECT_EQ(append_and_wait(*log, first, "key", "after").position, (Position{first, {1}}));
}

}  // namespace
}  // namespace events
