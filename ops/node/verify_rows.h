// Read models against the log, for `chartlog verify --rows`.
#pragma once

#include <functional>
#include <vector>

#include "events/proof/finding.h"
#include "ops/node/settings.h"

namespace ops::node {

struct RowsAsked {
  std::uint32_t partitions = 0;  // so many, spread evenly over all; 0: all
  // So many streams of them, chosen by the seed; 0: all, and all other rows too.
  std::size_t sample = 0;
  std::uint64_t seed = 0;
};

struct RowsReport {
  std::vector<events::proof::Finding> found;
  std::uint64_t rows = 0, streams = 0;  // streams of a sample
  std::uint32_t partitions = 0;         // that were folded again
  std::vector<std::string> resting;     // families that were not compared: a rebuild is due
};

// The node must be stopped: the folder's lock says so.
events::Result<RowsReport> verify_rows(const NodeSettings& settings, const RowsAsked& asked,
                                       const std::function<void(std::uint64_t)>& progress);

}  // namespace ops::node
