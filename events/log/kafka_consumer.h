// Reads the partitions of one topic. librdkafka reads a partition once per
// instance, so the first readers of all partitions share one instance and a second
// reader of the same partition (a replay, a live stream) brings another; an
// instance without readers goes, the first one stays.
//
// No group is joined and no offset is committed: shards keep their own.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "events/log/event_log.h"
#include "events/log/kafka_client.h"
#include "events/log/kafka_log.h"

namespace events::kafka {

// One consumer instance and the partitions that are being read through it.
struct Consumer {
  std::unique_ptr<Client> client;
  Topic topic;                  // goes before its client
  std::set<PartitionId> taken;  // guarded by the pool's mutex
};

class ConsumerPool {
 public:
  static Result<std::unique_ptr<ConsumerPool>> open(const KafkaLogOptions& options);

  // The pool outlives its readers.
  Result<std::unique_ptr<LogReader>> read(PartitionId partition, Offset from);

  // The broker's answers now. They do not use rd_kafka_query_watermark_offsets: that
  // one waits past its timeout, for ever, while the broker is away (2.0.2).
  Result<Offset> first(PartitionId partition, std::chrono::milliseconds timeout) const;
  Result<Offset> end(PartitionId partition, std::chrono::milliseconds timeout) const;
  // First offset whose record is not older than `time` (milliseconds since 1970); the
  // end, as -1, if there is none.
  Result<Offset> offset_at(PartitionId partition, std::int64_t time,
                           std::chrono::milliseconds timeout) const;

  // Why this can no longer be the topic that was read before, once a reader has found out; for
  // good.
  std::string loss() const;

  Client& client() const { return *consumers_.front()->client; }

 private:
  friend class Reader;
  explicit ConsumerPool(const KafkaLogOptions& options) : options_(options) {}
  Result<std::shared_ptr<Consumer>> open_consumer() const;
  Result<std::shared_ptr<Consumer>> take(PartitionId partition);
  void give_back(const Consumer& consumer, PartitionId partition);
  void note_loss(const std::string& why);

  const KafkaLogOptions options_;

  // Guarded by mutex_; the first is there from opening on and never changes.
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Consumer>> consumers_;
  std::string loss_;
};

}  // namespace events::kafka
