// Where a partition's records end. The broker names the offset that its next record would get, and
// that may be more: behind a transaction of somebody else's stands its marker, at an offset that no
// reader is ever given. Who reads up to there would wait for a record that never comes.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "events/log/kafka_client.h"
#include "events/log/kafka_log.h"

namespace events::kafka {

// All calls are safe from any thread.
class RecordEnds {
 public:
  static Result<std::unique_ptr<RecordEnds>> open(const KafkaLogOptions& options);

  // First offset after the last record below `watermark`, the broker's answer. Asked once for each
  // answer: the record before it is looked for, and further back only if there is none.
  // unavailable: no answer in time.
  Result<Offset> below(PartitionId partition, Offset watermark, std::chrono::milliseconds timeout);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Known {
    Offset watermark, end;
  };
  explicit RecordEnds(const KafkaLogOptions& options) : options_(options) {}
  Result<Offset> look(PartitionId partition, Offset watermark, Deadline deadline) const;

  const KafkaLogOptions options_;
  std::unique_ptr<Client> client_;
  Topic topic_;  // goes before its client

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable looked_;
  std::set<PartitionId> looking_;  // librdkafka reads a partition once per instance
  std::map<PartitionId, Known> known_;
};

}  // namespace events::kafka
