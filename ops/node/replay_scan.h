// A whole log, or what of it one filter asks for, told by several threads.
#pragma once

#include <functional>
#include <memory>

#include "ops/node/log_progress.h"
#include "ops/node/replay_log.h"
#include "query/replay/filter.h"

namespace ops::node {

// What hears the events of one partition, on one thread, and is done with it at the end.
class PartitionListener {
 public:
  virtual ~PartitionListener() = default;
  virtual events::Status take(const projections::ReplayedEvent& told) = 0;
  virtual events::Status done() { return {}; }
};
// Called for each partition, from several threads at once.
using MakeListener = std::function<std::unique_ptr<PartitionListener>(events::PartitionId)>;

// Partitions side by side, as many as there are processors; of each only what the filter takes.
events::Result<projections::ReplayFigures> scan_log(ReplayLog& log,
                                                    const query::replay::Filter& filter,
                                                    LogProgress& progress,
                                                    const MakeListener& make);

}  // namespace ops::node
