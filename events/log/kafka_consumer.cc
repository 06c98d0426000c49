#include "events/log/kafka_consumer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "events/log/kafka_reader.h"

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
      {"debug", "topic"},  // for Client::doubts()
  };
}

// A partition that is new or moves has no leader for a moment, or one that does not
// know it yet.
constexpr auto leader_pause = std::chrono::milliseconds(20);
bool passes(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

}  // namespace

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

std::string ConsumerPool::loss() const {
  const std::lock_guard lock(mutex_);
  return loss_;
}

void ConsumerPool::note_loss(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (!loss_.empty()) return;
  loss_ = why;
  spdlog::error("writes stop for good: {}", why);
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
