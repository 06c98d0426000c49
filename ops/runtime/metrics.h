// The registry that every part counts in, and its text for /metrics.
#pragma once

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
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

 private:
  prometheus::Registry registry_;
  prometheus::Gauge& resident_bytes_;
  prometheus::Gauge& open_files_;
  prometheus::Gauge& threads_;
};

}  // namespace ops::runtime
