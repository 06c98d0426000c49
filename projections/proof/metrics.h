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
  // proof_cosignatures_total: of other nodes' checkpoints; proof_forks_total: other nodes' that
  // differ from this node's trees; proof_foreign_total: records of the side log by nobody of ours
  prometheus::Counter& cosignatures;
  prometheus::Counter& forks;
  prometheus::Counter& foreign;
  // proof_cpu_seconds_total: processor time of the thread that makes trees and signs
  prometheus::Counter& cpu_seconds;
};

}  // namespace projections
