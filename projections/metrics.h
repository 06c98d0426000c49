// The names of this folder's metrics, and the counters of one shard.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>

#include "events/ids.h"
#include "events/outcome.h"

namespace projections {

struct ShardMetrics {
  ShardMetrics(prometheus::Registry& registry, events::PartitionId partition);

  // worker_lag_records{shard}: from the shard's next offset to the log's end, as last asked.
  prometheus::Gauge& lag;
  // worker_stopped{shard}: 1 while the partition stands still with a problem.
  prometheus::Gauge& stopped;
  // worker_parked_patients{shard}
  prometheus::Gauge& parked;
  // worker_records_total{shard}, and of them by fault: worker_record_faults_total{shard,fault}
  prometheus::Counter& records;
  prometheus::Counter& foreign;
  prometheus::Counter& misrouted;
  prometheus::Counter& damaged;  // quarantined
  // worker_commits_total{shard,verdict}: accepted, refused, stale, cancelled, repeat
  prometheus::Counter& repeats;
  std::array<prometheus::Counter*, 8> verdicts;  // by Verdict
  // worker_events_applied_total{shard,effect}
  std::array<prometheus::Counter*, 7> effects;  // by EventEffect
  // worker_batch_seconds{shard}: reading, judging, folding and writing one batch
  prometheus::Histogram& batch_seconds;
};

// Of the build of a new generation beside the live one.
struct RebuildMetrics {
  explicit RebuildMetrics(prometheus::Registry& registry);

  prometheus::Gauge& running;  // rebuild_running: 1 from its beginning until all shards are swapped
  prometheus::Gauge& done;     // rebuild_records_done: of this or the last build
  prometheus::Gauge& all;      // rebuild_records: to be read, as the logs ended when it began
  prometheus::Gauge& failed;   // rebuild_failed: 1: the last build failed, the old one stays
};

// The figures of RocksDB that are shown, as worker_rocksdb{shard,property}.
inline constexpr std::array<const char*, 5> rocksdb_properties{
    "rocksdb.cur-size-all-mem-tables", "rocksdb.live-sst-files-size", "rocksdb.estimate-num-keys",
    "rocksdb.estimate-pending-compaction-bytes", "rocksdb.estimate-table-readers-mem"};
prometheus::Gauge& rocksdb_gauge(prometheus::Registry& registry, events::PartitionId partition,
                                 const char* property);

}  // namespace projections
