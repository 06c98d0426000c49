#include "events/log/kafka_ends.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace events::kafka {
namespace {

using std::chrono::steady_clock;

// How far back the second look begins, and how much further each one after it: a transaction leaves
// one marker, many that wrote nothing leave many.
constexpr std::int64_t step_first = 1, step_factor = 8;

Settings settings_of(const KafkaLogOptions& options) {
  return {
      {"bootstrap.servers", options.brokers},
      {"client.id", (options.node.empty() ? "chartlog" : options.node) + "-ends"},
      {"group.id", options.node.empty() ? "chartlog" : options.node},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"isolation.level", "read_uncommitted"},  // as all who read
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      {"queued.min.messages", "1"},
      {"fetch.wait.max.ms", "10"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"socket.nagle.disable", "true"},
      {"allow.auto.create.topics", "false"},
  };
}

// Records of a partition from an offset on, to its end.
class Look {
 public:
  Look(rd_kafka_t* client, rd_kafka_topic_t* topic, PartitionId partition)
      : topic_(topic),
        partition_(static_cast<std::int32_t>(partition.value)),
        queue_(rd_kafka_queue_new(client)) {}
  ~Look() {
    if (started_) rd_kafka_consume_stop(topic_, partition_);
  }
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

  // The last record's offset, of those from `from` on; it stops at the first that is `until` or
  // above. Nothing: no record is there.
  Result<std::optional<Offset>> last(Offset from, Offset until, steady_clock::time_point deadline) {
    if (rd_kafka_consume_start_queue(topic_, partition_, from.value, queue_.get()) != 0)
      return unavailable(describe(rd_kafka_last_error()));
    started_ = true;
    std::optional<Offset> found;
    while (!found || *found < until) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
      const Message message(rd_kafka_consume_queue(queue_.get(), milliseconds(left)));
      if (!message) return unavailable("no answer in time");
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return unavailable(rd_kafka_message_errstr(message.get()));
      found = Offset{message->offset};
    }
    return found;
  }

 private:
  rd_kafka_topic_t* const topic_;
  const std::int32_t partition_;
  const Queue queue_;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<RecordEnds>> RecordEnds::open(const KafkaLogOptions& options) {
  std::unique_ptr<RecordEnds> ends(new RecordEnds(options));
  auto client = Client::open(RD_KAFKA_CONSUMER, settings_of(options));
  if (!client) return client.error();
  ends->client_ = std::move(*client);
  ends->topic_ = ends->client_->topic(options.topic);
  if (!ends->topic_)
    return invalid(fmt::format("topic {}: {}", options.topic, describe(rd_kafka_last_error())));
  return ends;
}

Result<Offset> RecordEnds::below(PartitionId partition, Offset watermark,
                                 std::chrono::milliseconds timeout) {
  if (watermark <= Offset{}) return watermark;
  const auto deadline = steady_clock::now() + timeout;
  {
    std::unique_lock lock(mutex_);
    const auto free = [&] { return !looking_.contains(partition); };
    if (!looked_.wait_until(lock, deadline, free)) return unavailable("no answer in time");
    const auto known = known_.find(partition);
    if (known != known_.end() && known->second.watermark == watermark) return known->second.end;
    looking_.insert(partition);
  }
  auto end = look(partition, watermark, deadline);
  {
    const std::lock_guard lock(mutex_);
    looking_.erase(partition);
    if (end) known_[partition] = {watermark, *end};
  }
  looked_.notify_all();
  if (end) return end;
  return unavailable(fmt::format("topic {} partition {}: {}", options_.topic, partition.value,
                                 end.error().message));
}

Result<Offset> RecordEnds::look(PartitionId partition, Offset watermark, Deadline deadline) const {
  const Offset last{watermark.value - 1};
  for (std::int64_t step = step_first;; step *= step_factor) {
    const Offset from{std::max<std::int64_t>(0, watermark.value - step)};
    const auto found = Look(client_->get(), topic_.get(), partition).last(from, last, deadline);
    if (!found) return found.error();
    if (*found) return std::min((*found)->next(), watermark);
    if (from == Offset{}) return Offset{};
  }
}

}  // namespace events::kafka
