// What a shard's folder says of itself: where it stands in the log, and what its rows
// were made with. Node-local: not part of the state hash.
//
// Family `meta`
// "position"     -> ShardPosition
// "projections"  -> `core:1 chart:1 …`: other versions mean a new generation
#pragma once

#include <optional>
#include <string>

#include "projections/acceptance.h"
#include "projections/families.h"

namespace projections {

struct ShardPosition {
  events::Offset next;
  events::KnownTime clock;  // running maximum of append times
  std::uint32_t rule = newest_rule;
  std::uint64_t records = 0;
  // The last record folded, so that a log made anew is found out when the shard opens.
  std::optional<events::Offset> last;
  std::string last_digest;  // SHA-256 of its value
};

Result<ShardPosition> read_position(const RowView& rows);  // the start, if there is none yet
void put_position(RowBatch& batch, const ShardPosition& position);

// "core:1 chart:1 …"
std::string versions_text(ProjectionList projections);
Result<std::optional<std::string>> read_versions(const RowView& rows);
void put_versions(RowBatch& batch, const std::string& text);

}  // namespace projections
