#include "events/log/kafka_consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

namespace events::kafka {
namespace {

using std::chrono::steady_clock;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   Destroy<rd_kafka_topic_partition_list_destroy>>;

constexpr std::size_t fetch_bytes_max = 8u << 20;

Settings consumer_settings(const KafkaLogOptions& options) {
  const std::size_t queue_kbytes = std::max<std::size_t>(options.queue_bytes_max / 8 / 1024, 1024);
  return {
      {"bootstrap.servers", options.brokers},
      {"client.id", options.node.empty() ? "chartlog" : options.node},
      {"group.id", options.node.empty() ? "chartlog" : options.node},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      // With the default a foreign open transaction would hold a partition back.
      {"isolation.level", "read_uncommitted"},
      {"check.crcs", "true"},
      {"auto.offset.reset", "error"},
      {"queued.max.messages.kbytes", std::to_string(queue_kbytes)},
      {"queued.min.messages", "1000000"},  // the bytes are the bound
      {"fetch.max.bytes", std::to_string(fetch_bytes_max)},
      // One fetch is under way at a time, for all partitions that had room when it was
      // sent: a new reader, or one whose queue was full, waits it out.
      {"fetch.wait.max.ms", "50"},
      {"fetch.error.backoff.ms", "50"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"socket.nagle.disable", "true"},
      {"allow.auto.create.topics", "false"},
  };
}

LogRecord record_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  std::int64_t time = rd_kafka_message_timestamp(&message, &type);
  // Written while the topic's settings had drifted: a sender's clock, never used.
  if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) time = 0;
  return {{message.offset},
          KnownTime(std::chrono::milliseconds(time)),
          std::string(static_cast<const char*>(message.key), message.key_len),
          std::string(static_cast<const char*>(message.payload), message.len)};
}

// A partition that is new or moves has no leader for a moment, or one that does not
// know it yet.
constexpr auto leader_pause = std::chrono::milliseconds(20);
bool passes(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

// Errors after which the same records will not be there on a later call either.
bool is_loss(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
         error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || error == RD_KAFKA_RESP_ERR__BAD_MSG ||
         error == RD_KAFKA_RESP_ERR_INVALID_MSG;
}

}  // namespace

class Reader final : public LogReader {
 public:
  Reader(ConsumerPool& pool, std::shared_ptr<Consumer> consumer, PartitionId partition)
      : pool_(pool),
        consumer_(std::move(consumer)),
        partition_(partition),
        queue_(rd_kafka_queue_new(consumer_->client->get())) {}

  ~Reader() override {
    held_.reset();
    if (started_)
      rd_kafka_consume_stop(consumer_->topic.get(), static_cast<std::int32_t>(partition_.value));
    queue_.reset();
    pool_.give_back(*consumer_, partition_);
  }

  Status start(Offset from) {
    if (rd_kafka_consume_start_queue(consumer_->topic.get(),
                                     static_cast<std::int32_t>(partition_.value), from.value,
                                     queue_.get()) != 0) {
      return unavailable(
          fmt::format("partition {}: {}", partition_.value, describe(rd_kafka_last_error())));
    }
    started_ = true;
    return {};
  }

  Result<std::vector<LogRecord>> next(std::size_t bytes_max,
                                      std::chrono::milliseconds wait) override {
    if (lost_) return *lost_;
    std::vector<LogRecord> records;
    std::size_t bytes = 0;
    const auto deadline = steady_clock::now() + wait;
    while (true) {
      Message message = take(records.empty() ? deadline : steady_clock::time_point{});
      if (!message) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (auto error = failed(*message); error && records.empty()) return *error;
        continue;  // what was read before it is handed out first
      }
      bytes += message->len + message->key_len;
      if (!records.empty() && bytes > bytes_max) {
        held_ = std::move(message);
        return records;
      }
      records.push_back(record_of(*message));
      if (lost_) break;
    }
    if (records.empty()) {
      if (const std::string problem = consumer_->client->problem(); !problem.empty())
        return unavailable(problem);
    }
    return records;
  }

 private:
  Message take(steady_clock::time_point deadline) {
    if (held_) return std::move(held_);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    return Message(rd_kafka_consume_queue(queue_.get(), milliseconds(left)));
  }

  // librdkafka goes on by itself after most errors; nothing then.
  std::optional<Error> failed(const rd_kafka_message_t& message) {
    if (!is_loss(message.err)) {
      return unavailable(
          fmt::format("partition {}: {}", partition_.value, rd_kafka_message_errstr(&message)));
    }
    lost_ = corrupt(
        fmt::format("partition {} of topic {}: {}: the topic was made again, cut or is damaged",
                    partition_.value, rd_kafka_topic_name(consumer_->topic.get()),
                    rd_kafka_message_errstr(&message)));
    return lost_;
  }

  ConsumerPool& pool_;
  const std::shared_ptr<Consumer> consumer_;
  const PartitionId partition_;
  Queue queue_;
  bool started_ = false;
  Message held_;               // did not fit into the last batch
  std::optional<Error> lost_;  // said again on every later call
};

Result<std::unique_ptr<ConsumerPool>> ConsumerPool::open(const KafkaLogOptions& options) {
  std::unique_ptr<ConsumerPool> pool(new ConsumerPool(options));
  auto first = pool->open_consumer();
  if (!first) return first.error();
  pool->consumers_.push_back(std::move(*first));
  return pool;
}

Result<std::shared_ptr<Consumer>> ConsumerPool::open_consumer() const {
  auto client = Client::open(RD_KAFKA_CONSUMER, consumer_settings(options_));
  if (!client) return client.error();
  auto consumer = std::make_shared<Consumer>();
  consumer->client = std::move(*client);
  consumer->topic = consumer->client->topic(options_.topic);
  if (!consumer->topic)
    return invalid(fmt::format("topic {}: {}", options_.topic, describe(rd_kafka_last_error())));
  return consumer;
}

Result<std::shared_ptr<Consumer>> ConsumerPool::take(PartitionId partition) {
  const std::lock_guard lock(mutex_);
  for (auto& consumer : consumers_) {
    if (consumer->taken.insert(partition).second) return consumer;
  }
  auto another = open_consumer();  // no I/O: it connects on its own threads
  if (!another) return another.error();
  (*another)->taken.insert(partition);
  consumers_.push_back(*another);
  return another;
}

void ConsumerPool::give_back(const Consumer& consumer, PartitionId partition) {
  std::shared_ptr<Consumer> gone;  // dies after the lock: that waits for threads
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(consumers_.begin(), consumers_.end(),
                                  [&](const auto& one) { return one.get() == &consumer; });
  (*found)->taken.erase(partition);
  if (found == consumers_.begin() || !(*found)->taken.empty()) return;
  gone = std::move(*found);
  consumers_.erase(found);
}

Result<std::unique_ptr<LogReader>> ConsumerPool::read(PartitionId partition, Offset from) {
  auto consumer = take(partition);
  if (!consumer) return consumer.error();
  auto reader = std::make_unique<Reader>(*this, std::move(*consumer), partition);
  if (auto started = reader->start(from); !started) return started.error();
  return std::unique_ptr<LogReader>(std::move(reader));
}

Result<Offset> ConsumerPool::offset_at(PartitionId partition, std::int64_t time,
                                       std::chrono::milliseconds timeout) const {
  const auto deadline = steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    const Partitions asked(rd_kafka_topic_partition_list_new(1));
    auto* one = rd_kafka_topic_partition_list_add(asked.get(), options_.topic.c_str(),
                                                  static_cast<std::int32_t>(partition.value));
    one->offset = time;
    auto error =
        rd_kafka_offsets_for_times(client().get(), asked.get(), std::max(1, milliseconds(left)));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = one->err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Offset{one->offset};
    if (!passes(error) || left <= leader_pause) {
      return unavailable(fmt::format("topic {} partition {}: {}", options_.topic, partition.value,
                                     describe(error)));
    }
    std::this_thread::sleep_for(leader_pause);
  }
}

Result<Offset> ConsumerPool::first(PartitionId partition, std::chrono::milliseconds timeout) const {
  return offset_at(partition, RD_KAFKA_OFFSET_BEGINNING, timeout);
}

Result<Offset> ConsumerPool::end(PartitionId partition, std::chrono::milliseconds timeout) const {
  return offset_at(partition, RD_KAFKA_OFFSET_END, timeout);
}

}  // namespace events::kafka
