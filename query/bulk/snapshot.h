// All shards at one named position: what a long read sees, whatever is written meanwhile.
//
// Each view pins its rows in RocksDB until it is dropped: what compaction would remove stays
// on disk so long, which is why an export has a limit of time.
#pragma once

#include <memory>
#include <vector>

#include "query/read_context.h"

namespace query::bulk {

struct Snapshot {
  std::vector<std::shared_ptr<const projections::ShardView>> views;  // by partition
  events::PositionToken position;                                    // of every partition
  // No commit that is not in the views has an earlier known time: each partition's end was
  // asked after this moment, and the views are at least there. As exact as the clock of the
  // log; positions are exact whatever the clocks say.
  events::KnownTime time;

  const projections::ShardView& view_of(const events::StreamKey& stream) const;
};

// Waits until the shards are where the log ends now, up to sources.position_wait_max;
// unavailable: they are not.
events::Result<Snapshot> take_snapshot(const Sources& sources);

}  // namespace query::bulk
