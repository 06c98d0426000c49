// The port of the log: an append-only, ordered sequence of records in a fixed
// number of partitions. Adapters: embedded (one machine) and Kafka. One contract
// suite (tests/events/log_contract_test.cc) runs on all of them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"

namespace events {

struct LogRecord {
  Offset offset;
  KnownTime append_time;  // the log's own clock, never the sender's
  std::string key;
  std::string value;
};

enum class Delivery {
  persisted,      // durable, at `position`
  not_persisted,  // surely not on the log, now or later
  unknown,        // may be there, may still arrive: resend the same bytes
};

struct Appended {
  Delivery delivery = Delivery::unknown;
  Position position;      // persisted only
  KnownTime append_time;  // persisted only
  std::string why;        // not_persisted, unknown
};
using AppendDone = std::function<void(const Appended&)>;

// For metrics, since the log was opened. A group is what the log made durable
// together: one sync (embedded), one produce request (Kafka). Zeros where a log
// does not count.
struct LogFigures {
  std::uint64_t records = 0;
  std::uint64_t groups = 0;
  std::uint64_t bytes = 0;         // keys and values
  std::uint64_t queued_bytes = 0;  // now waiting for an answer
};

// What the client library of a log counts of itself, in Prometheus' words.
struct ClientFigure {
  std::string name;
  std::string help;
  std::string client;  // which of the log's clients: "producer", "consumer"
  double value = 0;
  bool only_grows = false;
};

// Reads one partition in order. For one thread; its log outlives it.
class LogReader {
 public:
  virtual ~LogReader() = default;
  // Records from where the last call ended: at least one if there is any, then as
  // many as fit in `bytes_max`. Waits up to `wait` at the end of the partition;
  // empty after that. unavailable: the log is away, call again; corrupt: a record
  // that was there is not (the log was recreated or truncated).
  virtual Result<std::vector<LogRecord>> next(std::size_t bytes_max,
                                              std::chrono::milliseconds wait) = 0;
};

// All calls are safe from any thread.
class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual std::uint32_t partition_count() const = 0;

  // Appends in call order per partition. Copies the bytes. `done` is called once, on
  // a thread of the log's, and must not block. Queues are bounded by bytes: when
  // full, `done` gets not_persisted before append returns.
  virtual void append(PartitionId partition, std::string_view key, std::string_view value,
                      AppendDone done) = 0;

  virtual Result<std::unique_ptr<LogReader>> read(PartitionId partition, Offset from) = 0;

  // First offset after the last durable record, asked of the log now.
  virtual Result<Offset> end(PartitionId partition) = 0;

  // Empty if the log takes writes now; else why not (broker away, settings drifted …).
  virtual std::string write_problem() const = 0;

  virtual LogFigures figures() const { return {}; }
  // Empty where there is no such library; at most a second old.
  virtual std::vector<ClientFigure> client_figures() const { return {}; }
};

// append() that waits for its answer.
Appended append_and_wait(EventLog& log, PartitionId partition, std::string_view key,
                         std::string_view value);

}  // namespace events
