#include "projections/same_log.h"

#include <fmt/format.h>

#include "events/hmac.h"

namespace projections {

Status same_record(const ShardPosition& position, const events::LogRecord& found,
                   events::PartitionId partition, const std::filesystem::path& shard_directory) {
  const bool same = found.offset == *position.last &&
                    events::bytes_of(events::sha256(found.value)) == position.last_digest;
  if (same) return {};
  return events::Error{
      events::ErrorCode::precondition_failed,
      fmt::format(
          "partition {}: the log has another record at offset {} than the one the read "
          "models were made from: it was made anew, or is a fork; give the right log, or remove {}",
          partition.value, position.last->value, shard_directory.string()),
      {}};
}

}  // namespace projections
