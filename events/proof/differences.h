// How a partition of the log differs from a tree whose leaves are known to be right: named by
// record, as far as leaves can tell.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "events/proof/checkpoint.h"
#include "events/proof/finding.h"

namespace events::proof {

struct PlacedLeaf {
  Offset offset;
  Hash leaf{};
  friend bool operator==(const PlacedLeaf&, const PlacedLeaf&) = default;
};

// A partition as it is now.
struct PartitionLeaves {
  Origin origin;
  std::vector<PlacedLeaf> leaves;
  // The record at an index of `leaves`, read again.
  std::function<Result<LogRecord>(std::size_t index)> record;
};

// In the order of offsets. Records are read again only where leaves differ.
Result<std::vector<Finding>> differences(const PartitionLeaves& log,
                                         std::span<const PlacedLeaf> expected);

}  // namespace events::proof
