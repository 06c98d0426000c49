// The whole of a log held against checkpoints, partitions side by side.
#pragma once

#include <vector>

#include "ops/node/verify_log.h"

namespace ops::node {

struct VerifyReport {
  std::vector<events::proof::Finding> found;
  std::vector<std::string> skipped;  // what did not read
  std::uint64_t records = 0, bytes = 0, checkpoints = 0;
  std::uint64_t uncovered = 0;  // records behind the newest checkpoint of their partition
  std::string event;            // what is proven of the event that was asked about
};

struct VerifyAgainst {
  std::vector<events::proof::Note> notes;
  std::vector<events::proof::Verifier> trusted;
  std::filesystem::path trees;  // DIR/proof
  std::optional<events::Position> event;
};

events::Result<VerifyReport> verify_log(const VerifyLog& log, const VerifyAgainst& against,
                                        const BytesRead& progress);

}  // namespace ops::node
