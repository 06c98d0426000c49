// A shard's rows against the log: folded anew beside them to where they stand, and compared row by
// row. For a node that is stopped, whose folder the caller has.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "projections/families.h"
#include "projections/proof/row_comparison.h"
#include "projections/proof/stream_sample.h"

namespace projections {

struct RowCheck {
  events::Offset next;                  // where the rows stand
  std::uint64_t rows = 0, streams = 0;  // compared; streams of a sample only
  std::vector<std::string> resting;     // families of another version of theirs, not compared
  std::vector<FamilyDifference> differing;
};

struct RowCheckOptions {
  std::filesystem::path shards_directory;  // DIR/shards
  std::filesystem::path scratch;           // where to fold; made, and removed again
  ProjectionList projections;
  std::function<void(std::uint64_t records)> progress;
  // Only its streams are judged and compared, though every record is read; none: all are. Rows that
  // are of no one stream (counters over all) are left out then.
  const StreamSample* sample = nullptr;
  // By which other streams' rows are made too: they are folded, sampled or not.
  std::set<events::StreamKey> settings_streams;
};

// Offers every stream that the shard has. not_found: it has no rows yet.
Status offer_streams(const RowCheckOptions& options, events::PartitionId partition,
                     StreamSample& sample);
// not_found: the shard has no rows yet.
Result<RowCheck> check_rows(const RowCheckOptions& options, events::PartitionId partition,
                            events::EventLog& log, const events::Opener& opener);

}  // namespace projections
