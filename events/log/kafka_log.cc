#include "events/log/kafka_log.h"

#include <fmt/format.h>

#include <atomic>

#include "events/check.h"
#include "events/log/kafka_consumer.h"
#include "events/log/kafka_ends.h"
#include "events/log/kafka_producer.h"
#include "events/log/kafka_statistics.h"
#include "events/log/kafka_topic.h"
#include "events/log/kafka_watch.h"
#include "events/log/log_head.h"

namespace events {
namespace {

using std::chrono::steady_clock;

constexpr auto end_timeout = std::chrono::seconds(5);
constexpr auto cut_timeout = std::chrono::seconds(30);

class KafkaLog final : public EventLog, public LogHead {
 public:
  KafkaLog(const KafkaLogOptions& options, std::unique_ptr<kafka::Producer> producer,
           std::unique_ptr<kafka::ConsumerPool> consumers, std::unique_ptr<kafka::RecordEnds> ends)
      : options_(options),
        producer_(std::move(producer)),
        consumers_(std::move(consumers)),
        ends_(std::move(ends)),
        watch_(options, producer_->client(), *consumers_, *ends_) {}

  Status start() {
    if (auto seen = watch_.look(options_.start_timeout); !seen) return seen;
    watch_.start();
    return {};
  }

  std::uint32_t partition_count() const override { return options_.partitions; }

  void append(PartitionId partition, std::string_view key, std::string_view value,
              AppendDone done) override {
    CHECK(partition.value < options_.partitions);
    if (std::string wrong = topic_problem(); !wrong.empty()) {
      return done({Delivery::not_persisted, {}, {}, std::move(wrong)});
    }
    producer_->append(partition, key, value, std::move(done));
  }

  Result<std::unique_ptr<LogReader>> read(PartitionId partition, Offset from) override {
    CHECK(partition.value < options_.partitions);
    return consumers_->read(partition, from);
  }

  // Through a consumer: a producer's default isolation would stop at a foreign open
  // transaction.
  Result<Offset> end(PartitionId partition) override {
    CHECK(partition.value < options_.partitions);
    const std::chrono::milliseconds patience = has_answered_ ? end_timeout : options_.start_timeout;
    const auto watermark = consumers_->end(partition, patience);
    if (!watermark) return watermark;
    has_answered_ = true;
    return ends_->below(partition, *watermark, end_timeout);
  }

  std::string write_problem() const override {
    std::string problem = topic_problem();
    return problem.empty() ? producer_->client().problem() : problem;
  }

  Result<Offset> first(PartitionId partition) override {
    CHECK(partition.value < options_.partitions);
    return consumers_->first(partition, end_timeout);
  }
  Status cut(PartitionId partition, Offset below) override {
    CHECK(options_.may_begin_late && partition.value < options_.partitions);
    return kafka::delete_records(producer_->client(), options_, {partition, below},
                                 steady_clock::now() + cut_timeout);
  }

  LogFigures figures() const override { return producer_->figures(); }
  std::vector<ClientFigure> client_figures() const override {
    auto all = kafka::read_statistics(producer_->client().statistics(), "producer");
    for (auto& figure : kafka::read_statistics(consumers_->client().statistics(), "consumer"))
      all.push_back(std::move(figure));
    return all;
  }

 private:
  std::string topic_problem() const {
    std::string lost = consumers_->loss();
    return lost.empty() ? watch_.problem() : lost;
  }

  const KafkaLogOptions options_;
  const std::unique_ptr<kafka::Producer> producer_;
  const std::unique_ptr<kafka::ConsumerPool> consumers_;
  const std::unique_ptr<kafka::RecordEnds> ends_;
  kafka::Watch watch_;
  std::atomic<bool> has_answered_ = false;  // before, a connection has yet to be made
};

}  // namespace

Result<std::unique_ptr<EventLog>> open_kafka_log(const KafkaLogOptions& options) {
  CHECK(options.partitions > 0);
  auto producer = kafka::Producer::open(options);
  if (!producer) return producer.error();
  const auto deadline = steady_clock::now() + options.start_timeout;
  if (auto made = kafka::make_topic((*producer)->client(), options, deadline); !made)
    return made.error();
  auto consumers = kafka::ConsumerPool::open(options);
  if (!consumers) return consumers.error();
  auto ends = kafka::RecordEnds::open(options);
  if (!ends) return ends.error();
  auto log = std::make_unique<KafkaLog>(options, std::move(*producer), std::move(*consumers),
                                        std::move(*ends));
  if (auto started = log->start(); !started) return started.error();
  return std::unique_ptr<EventLog>(std::move(log));
}

Result<std::vector<TopicSetting>> check_topic(const KafkaLogOptions& options) {
  auto producer = kafka::Producer::open(options);
  if (!producer) return producer.error();
  return kafka::read_settings((*producer)->client(), options,
                              steady_clock::now() + options.start_timeout);
}

}  // namespace events
