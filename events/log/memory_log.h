// A log in memory, for tests: the contract of the port, and switches that make it
// do what a broker does on a bad day. It outlives the parts that use it, so a test
// restarts those on the same log.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/log/event_log.h"
#include "events/log/log_head.h"

namespace events {

class MemoryLog final : public EventLog, public LogHead {
 public:
  explicit MemoryLog(std::uint32_t partitions, std::size_t queue_bytes_max = 64u << 20);
  // Answers what it still holds with unknown.
  ~MemoryLog() override;

  std::uint32_t partition_count() const override;
  void append(PartitionId partition, std::string_view key, std::string_view value,
              AppendDone done) override;
  Result<std::unique_ptr<LogReader>> read(PartitionId partition, Offset from) override;
  Result<Offset> end(PartitionId partition) override;
  std::string write_problem() const override;
  Result<Offset> first(PartitionId partition) override;
  Status cut(PartitionId partition, Offset below) override;

  // ---- switches ----
  enum class Fault {
    not_persisted,   // refused, surely not there
    unknown_lost,    // no answer, and it never arrives
    unknown_landed,  // no answer, but it is there
  };
  // The next `appends` appends that reach the log end so.
  void fail_next(Fault fault, std::size_t appends = 1);
  // From here on appends wait unseen in the queue: nothing lands, nothing is answered.
  void hold();
  // From here on records land and are seen, but nobody is told.
  void hold_answers();
  void release();  // ends both, and tells
  // Reads and end() are unavailable, appends not_persisted, until given "".
  void set_away(std::string why);
  // The next `calls` of next() give nothing although there is something, as a slow broker does.
  void stall_reads(std::size_t calls);
  // What write_problem() says while the log is not away.
  void set_write_problem(std::string why);
  // The append time of records to come; the system's clock until first set.
  void set_time(KnownTime now);
  // As if the log had been recreated shorter: readers beyond meet corrupt.
  void truncate(PartitionId partition, Offset end);
  // As if another node had written it, past all switches.
  Offset put(PartitionId partition, std::string key, std::string value);

  std::vector<LogRecord> records(PartitionId partition) const;
  std::size_t waiting() const;  // appends that have no answer yet

 private:
  class Reader;
  struct Waiting {
    PartitionId partition;
    std::string key, value;
    AppendDone done;
    std::optional<Appended> answer;  // once landed or failed
  };

  void deliver(std::stop_token stop);
  Appended settle(Waiting& waiting);
  Appended land(PartitionId partition, std::string key, std::string value);

  const std::size_t queue_bytes_max_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  std::vector<std::vector<LogRecord>> partitions_;
  std::vector<Offset> firsts_;
  std::deque<Waiting> queue_;     // nothing decided yet
  std::deque<Waiting> answered_;  // decided, not told yet
  std::size_t queue_bytes_ = 0;
  std::deque<Fault> faults_;
  bool hold_ = false;
  bool hold_answers_ = false;
  std::size_t stalled_reads_ = 0;
  std::string away_;
  std::string write_problem_;
  std::optional<KnownTime> now_;

  std::jthread deliverer_;  // last: the others are there while it runs
};

}  // namespace events
