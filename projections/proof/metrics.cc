#include "projections/proof/metrics.h"

namespace projections {
namespace {

prometheus::Counter& proof_counter(prometheus::Registry& registry, const char* name,
                                   const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

NotaryMetrics::NotaryMetrics(prometheus::Registry& registry)
    : checkpoints(proof_counter(registry, "proof_checkpoints_total",
                                "checkpoints of this node that are durable on the side log")),
      unwritten(proof_counter(registry, "proof_checkpoints_unwritten_total",
                              "checkpoints that the side log did not take")),
      cosignatures(proof_counter(registry, "proof_cosignatures_total",
                                 "checkpoints of other nodes that this one has cosigned")),
      forks(proof_counter(registry, "proof_forks_total",
                          "checkpoints of other nodes that differ from this node's trees")),
      foreign(proof_counter(registry, "proof_foreign_total",
                            "records of the side log that no node of this log has signed")),
      cpu_seconds(proof_counter(registry, "proof_cpu_seconds_total",
                                "processor time spent on trees and signatures")) {}

}  // namespace projections
