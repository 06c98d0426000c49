// Appends to one topic: idempotent, acknowledged by all in-sync replicas, the
// partition given by the caller.
#pragma once

#include <atomic>
#include <memory>

#include "events/log/event_log.h"
#include "events/log/kafka_client.h"
#include "events/log/kafka_log.h"

namespace events::kafka {

class Producer {
 public:
  static Result<std::unique_ptr<Producer>> open(const KafkaLogOptions& options);
  // Waits up to five seconds for answers; what has none by then is answered
  // not_persisted if it was never sent, else unknown.
  ~Producer();

  void append(PartitionId partition, std::string_view key, std::string_view value, AppendDone done);

  Client& client() const { return *client_; }
  LogFigures figures() const;

 private:
  explicit Producer(const KafkaLogOptions& options) : queue_bytes_max_(options.queue_bytes_max) {}
  void delivered(const rd_kafka_message_t& message);

  const std::size_t queue_bytes_max_;
  std::atomic<std::size_t> queued_bytes_ = 0;
  std::atomic<std::uint64_t> records_ = 0, bytes_ = 0;
  std::unique_ptr<Client> client_;
  Topic topic_;
};

}  // namespace events::kafka
