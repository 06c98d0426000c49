#include "query/bulk/snapshot.h"

#include <fmt/format.h>

namespace query::bulk {

const projections::ShardView& Snapshot::view_of(const events::StreamKey& stream) const {
  return *views[events::partition_of(stream, static_cast<std::uint32_t>(views.size())).value];
}

events::Result<Snapshot> take_snapshot(const Sources& sources) {
  Snapshot snapshot;
  snapshot.time = std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
  snapshot.position = events::PositionToken(sources.log_id);
  const auto deadline = std::chrono::steady_clock::now() + sources.position_wait_max;
  for (std::uint32_t i = 0; i < sources.shards.count(); ++i) {
    const events::PartitionId partition{i};
    const auto end = sources.log.end(partition);
    if (!end) return end.error();
    const auto& shard = sources.shards.shard(partition);
    if (!shard.wait_for(*end, deadline)) {
      return events::unavailable(fmt::format(
          "partition {} is {} records behind the log; an export now would lack them, try again", i,
          end->value - shard.next_offset().value));
    }
    snapshot.views.push_back(shard.view());
    snapshot.position.see_next(partition, snapshot.views.back()->next_offset());
  }
  return snapshot;
}

}  // namespace query::bulk
