// A log as `chartlog verify` reads it: without secrets, without a lock, changing nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "events/log/event_log.h"
#include "events/proof/log_check.h"
#include "ops/node/settings.h"

namespace ops::node {

struct VerifyLog {
  // not_found: no log is there, or no node has ever written to it.
  static events::Result<std::unique_ptr<VerifyLog>> open(const NodeSettings& settings);

  events::proof::LogAtHand at_hand;
  std::unique_ptr<events::EventLog> clinical;
  std::unique_ptr<events::EventLog> checkpoints;  // null: there is no such side log yet
};

// Called with the bytes of each batch; from any thread.
using BytesRead = std::function<void(std::uint64_t bytes, std::uint64_t records)>;

// All records of a partition now. `skipped`: what does not read, with the reason; the records
// behind it are read on.
struct ReadPartition {
  events::proof::PartitionLeaves leaves;
  std::vector<std::string> skipped;
};
// `log` outlives what comes back.
events::Result<ReadPartition> read_partition(const VerifyLog& log, events::PartitionId partition,
                                             const BytesRead& progress);

// The signed notes of the side log as they are, the newest `most` of them; how many older ones
// were left out.
struct SideNotes {
  std::vector<std::string> notes;
  std::uint64_t left_out = 0;
};
events::Result<SideNotes> read_side_notes(const VerifyLog& log, std::uint64_t most);

// The leaves that the node keeps of a partition in `DIR/proof`; nothing if it keeps none.
events::Result<std::optional<std::vector<events::proof::PlacedLeaf>>> read_kept_leaves(
    const std::filesystem::path& proof_directory, events::PartitionId partition);

}  // namespace ops::node
