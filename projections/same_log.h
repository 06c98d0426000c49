// Whether a log is still the one that rows were made from.
#pragma once

#include <filesystem>

#include "events/log/event_log.h"
#include "projections/shard_meta.h"

namespace projections {

// `found`: what the log has where the last record lay that was folded. precondition_failed: another
// one, and what to do; `shard_directory` is named.
Status same_record(const ShardPosition& position, const events::LogRecord& found,
                   events::PartitionId partition, const std::filesystem::path& shard_directory);

}  // namespace projections
