#include "projections/metrics.h"

namespace projections {
namespace {

using Labels = std::map<std::string, std::string>;

Labels labels(events::PartitionId partition, const char* name = nullptr,
              const char* value = nullptr) {
  Labels all{{"shard", std::to_string(partition.value)}};
  if (name != nullptr) all.emplace(name, value);
  return all;
}

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help,
                             const Labels& of) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(of);
}
prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const Labels& of) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(of);
}
prometheus::Counter& fault(prometheus::Registry& registry, events::PartitionId partition,
                           const char* what) {
  return counter(registry, "worker_record_faults_total", "records not folded, by fault",
                 labels(partition, "fault", what));
}
prometheus::Counter& verdict(prometheus::Registry& registry, events::PartitionId partition,
                             const char* what) {
  return counter(registry, "worker_commits_total", "commits judged, by verdict",
                 labels(partition, "verdict", what));
}
prometheus::Counter& effect(prometheus::Registry& registry, events::PartitionId partition,
                            const char* what) {
  return counter(registry, "worker_events_applied_total", "events of accepted commits, by effect",
                 labels(partition, "effect", what));
}
const prometheus::Histogram::BucketBoundaries batch_buckets{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};

}  // namespace

ShardMetrics::ShardMetrics(prometheus::Registry& registry, events::PartitionId partition)
    : lag(gauge(registry, "worker_lag_records", "records between the shard and the log's end",
                labels(partition))),
      stopped(gauge(registry, "worker_stopped", "1 while the partition stands still",
                    labels(partition))),
      parked(gauge(registry, "worker_parked_patients", "patients a projection failed on",
                   labels(partition))),
      records(counter(registry, "worker_records_total", "records read from the log",
                      labels(partition))),
      foreign(fault(registry, partition, "foreign")),
      misrouted(fault(registry, partition, "misrouted")),
      damaged(fault(registry, partition, "damaged")),
      repeats(verdict(registry, partition, "repeat")),
      verdicts{
          &verdict(registry, partition, "none"),      &verdict(registry, partition, "accepted"),
          &verdict(registry, partition, "refused"),   &verdict(registry, partition, "stale"),
          &verdict(registry, partition, "cancelled"), &verdict(registry, partition, "prepared"),
          &verdict(registry, partition, "locked"),    &verdict(registry, partition, "aborted")},
      effects{&effect(registry, partition, "none"),    &effect(registry, partition, "recorded"),
              &effect(registry, partition, "amended"), &effect(registry, partition, "confirmed"),
              &effect(registry, partition, "deleted"), &effect(registry, partition, "absent"),
              &effect(registry, partition, "matched")},
      batch_seconds(prometheus::BuildHistogram()
                        .Name("worker_batch_seconds")
                        .Help("reading, judging, folding and writing one batch")
                        .Register(registry)
                        .Add(labels(partition), batch_buckets)) {}

RebuildMetrics::RebuildMetrics(prometheus::Registry& registry)
    : running(gauge(registry, "rebuild_running", "1 while read models are built anew", {})),
      done(gauge(registry, "rebuild_records_done", "records read by this or the last build", {})),
      all(gauge(registry, "rebuild_records", "records that the build has to read", {})),
      failed(gauge(registry, "rebuild_failed", "1 if the last build failed", {})) {}

prometheus::Gauge& rocksdb_gauge(prometheus::Registry& registry, events::PartitionId partition,
                                 const char* property) {
  return gauge(registry, "worker_rocksdb", "figures of the shard's RocksDB, by property",
               labels(partition, "property", property));
}

}  // namespace projections
