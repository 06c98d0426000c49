// How far somebody is who reads a log.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "events/log/event_log.h"

namespace ops::node {

// A bar that stays on its line on a terminal, with a rate; elsewhere silence, the figures come at
// the end. Safe from any thread.
class LogProgress {
 public:
  explicit LogProgress(std::uint64_t end);
  // `bytes`: the rate is theirs; none: the records'.
  void add(std::uint64_t records, std::uint64_t bytes = 0);
  void clear() const;
  double seconds() const;  // since it began

 private:
  const std::uint64_t end_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::uint64_t done_ = 0, bytes_ = 0;  // guarded by mutex_
};

// What lies on the log now; on Kafka offsets have gaps, so at most.
events::Result<std::uint64_t> records_in(events::EventLog& log);

}  // namespace ops::node
