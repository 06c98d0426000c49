// The Merkle map of a shard's streams (events/proof/merkle_map.h) over the stream rows of the
// ledger, which lie in the order of its keys: no leaf is kept twice. In memory are the nodes
// down to a depth at which few streams are left below each; those are read when asked for.
#pragma once

#include <span>
#include <vector>

#include "events/proof/merkle_map.h"
#include "projections/store.h"

namespace projections {

// For one thread at a time. Each call's rows are those that the map stands for afterwards.
class StreamMap {
 public:
  Status build(const RowView& rows);
  // Of all streams whose rows may have changed since; more do no harm.
  Status update(const RowView& rows, std::span<const events::StreamKey> touched);

  const events::proof::MapNode& root() const { return nodes_[1]; }

  struct Answer {
    std::optional<events::proof::StreamHead> head;  // nothing: no such stream
    events::proof::MapProof proof;
  };
  // `rows`: those of the last build or update.
  Result<Answer> prove(const RowView& rows, const events::StreamKey& stream) const;

 private:
  std::size_t leaf_node(const events::StreamKey& stream) const;
  Status read_below(const RowView& rows, std::size_t node);

  std::size_t depth_ = 0;
  // A heap: the children of i are 2i and 2i + 1; those from 2^depth_ on are read from rows.
  std::vector<events::proof::MapNode> nodes_{2};
};

}  // namespace projections
