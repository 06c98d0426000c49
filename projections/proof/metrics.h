// The names of this folder's metrics.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace projections {

struct NotaryMetrics {
  explicit NotaryMetrics(prometheus::Registry& registry);

  // proof_checkpoints_total: signed and durable on the side log; proof_checkpoints_unwritten_total
  prometheus::Counter& checkpoints;
  prometheus::Counter& unwritten;
  // proof_cpu_seconds_total: processor time of the thread that makes trees and signs
  prometheus::Counter& cpu_seconds;
};

}  // namespace projections
