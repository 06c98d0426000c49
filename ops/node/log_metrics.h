// The log's own figures, and those of its client library, in /metrics.
#pragma once

#include <prometheus/registry.h>

#include <mutex>

#include "events/log/event_log.h"

namespace ops::node {

class LogMetrics {
 public:
  // Both outlive this.
  LogMetrics(const events::EventLog& log, prometheus::Registry& registry);
  // Brings the registry up to what the log counts now. Safe from any thread.
  void refresh();

 private:
  const events::EventLog& log_;
  prometheus::Registry& registry_;
  std::mutex mutex_;  // a counter is read and raised in one go
};

}  // namespace ops::node
