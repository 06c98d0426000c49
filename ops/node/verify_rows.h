// Read models against the log, for `chartlog verify --rows`.
#pragma once

#include <functional>
#include <vector>

#include "events/proof/finding.h"
#include "ops/node/settings.h"

namespace ops::node {

struct RowsReport {
  std::vector<events::proof::Finding> found;
  std::uint64_t rows = 0;
  std::uint32_t partitions = 0;      // that were folded again
  std::vector<std::string> resting;  // families that were not compared: a rebuild is due
};

// `partitions` of them, spread evenly over all. The node must be stopped: the folder's lock says
// so.
events::Result<RowsReport> verify_rows(const NodeSettings& settings, std::uint32_t partitions,
                                       const std::function<void(std::uint64_t)>& progress);

}  // namespace ops::node
