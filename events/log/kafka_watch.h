// Watches a topic while it is in use: its settings, and whether it is still the
// same topic.
//
// librdkafka 2.0.2 does not tell a topic's id, so a topic that was deleted and made
// again is known by what it cannot hide: another cluster id; a first offset above
// zero; an end below one seen before; a first record younger than the one seen
// before. A topic made again stays unseen only while the old one was empty, or if the
// clock of the broker went back to before the first record of the old one.
// Over a restart of this process the shards' own chain heads tell.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/log/kafka_client.h"
#include "events/log/kafka_consumer.h"
#include "events/log/kafka_ends.h"
#include "events/log/kafka_log.h"

namespace events::kafka {

class Watch {
 public:
  // All outlive this. Call once before start().
  Watch(const KafkaLogOptions& options, const Client& admin, ConsumerPool& consumers,
        RecordEnds& ends);

  // One look. precondition_failed: settings differ or it is another topic, each
  // named; unavailable: no answer, which says nothing of the topic.
  Status look(std::chrono::milliseconds timeout);
  // Looks every settings_interval from now on.
  void start();

  // Why writes must stop; empty if the last look that had an answer found nothing.
  std::string problem() const;

 private:
  Status look_at_settings(std::chrono::milliseconds timeout) const;
  Status look_at_identity(std::chrono::milliseconds timeout);
  Status look_at_first_record(std::chrono::milliseconds timeout);
  void remember(const Status& seen);

  const KafkaLogOptions options_;
  const Client& admin_;
  ConsumerPool& consumers_;
  RecordEnds& record_ends_;

  // The looking thread's own (first the opener's, then thread_'s).
  std::string cluster_;
  std::vector<Offset> firsts_, ends_;
  struct First {
    PartitionId partition;
    Offset offset;
    std::int64_t milliseconds;
  };
  std::optional<First> first_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable_any stopping_;
  std::string problem_;

  std::jthread thread_;  // last: the others are there while it runs
};

}  // namespace events::kafka
