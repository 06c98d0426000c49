// The registry that every part counts in, and its text for /metrics.
#pragma once

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ops::runtime {

// Safe from any thread.
class Metrics {
 public:
  Metrics();

  prometheus::Registry& registry() { return registry_; }
  // Prometheus text exposition 0.0.4. Reads the process's own figures first.
  std::string text();
  // Called by each text() from now on, to bring figures up to date that are kept elsewhere.
  void before_text(std::function<void()> refresh);

 private:
  prometheus::Registry registry_;
  std::mutex mutex_;
  std::vector<std::function<void()>> refreshes_;  // guarded by mutex_
  prometheus::Gauge& resident_bytes_;
  prometheus::Gauge& open_files_;
  prometheus::Gauge& threads_;
};

}  // namespace ops::runtime
