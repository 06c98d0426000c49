// /health/live, /health/ready and /metrics.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "events/log/event_log.h"
#include "ops/http/http.h"
#include "ops/node/log_metrics.h"
#include "ops/node/settings.h"
#include "ops/runtime/metrics.h"
#include "projections/shards.h"

namespace ops::node {

// Ready once every shard has reached the log's end as it was asked at the first question; from
// then on it stays so while the node runs: reads go on when the log is away, and the answer
// says what is wrong. `?state_hash=now` computes the hashes, which reads all rows; without
// it the ones last computed are shown, with their positions. A shard's lag is the records
// between its position and the log's end now; null while the log cannot be asked.
class Health {
 public:
  // All but the settings outlive this.
  Health(const NodeSettings& settings, const projections::Shards& shards, events::EventLog& log,
         runtime::Metrics& metrics);
  // Whether all that was on the log when this was first asked is in the rows. Safe from any thread.
  bool caught_up();
  // More that is wrong, one text each, for `problems` of /health/ready. Before the first request.
  void also_ask(std::function<std::vector<std::string>()> problems) {
    more_problems_ = std::move(problems);
  }
  void add_routes(http::Router& router);

 private:
  struct Hash {
    events::Offset at;
    std::string hex;
  };
  http::Response ready(const http::Request& request);
  std::string shard_json(events::PartitionId partition, bool hash_now, bool& log_answers);

  const std::string site_;
  const std::string roles_;
  const projections::Shards& shards_;
  events::EventLog& log_;
  runtime::Metrics& metrics_;
  std::atomic<bool> caught_up_{false};
  std::function<std::vector<std::string>()> more_problems_;

  LogMetrics log_metrics_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<events::PartitionId, events::Offset> ends_at_start_;
  std::map<events::PartitionId, Hash> hashes_;
};

}  // namespace ops::node
