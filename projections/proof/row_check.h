// A shard's rows against the log: folded anew beside them to where they stand, and compared row by
// row. For a node that is stopped, whose folder the caller has.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "projections/families.h"

namespace projections {

struct FamilyDifference {
  std::string family;
  std::uint64_t only_here = 0, only_by_log = 0, other_value = 0;  // rows
  std::string first_key;                                          // hex
};

struct RowCheck {
  events::Offset next;  // where the rows stand
  std::uint64_t rows = 0;
  std::vector<std::string> resting;  // families of another version of theirs, not compared
  std::vector<FamilyDifference> differing;
};

struct RowCheckOptions {
  std::filesystem::path shards_directory;  // DIR/shards
  std::filesystem::path scratch;           // where to fold; made, and removed again
  ProjectionList projections;
  std::function<void(std::uint64_t records)> progress;
};

// not_found: the shard has no rows yet.
Result<RowCheck> check_rows(const RowCheckOptions& options, events::PartitionId partition,
                            events::EventLog& log, const events::Opener& opener);

}  // namespace projections
