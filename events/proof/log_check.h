// A log held against checkpoints that were signed of it. ops/verify_proof.py does the same in
// another language; both are run on the same adversaries (tests/proof/).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "events/proof/differences.h"

namespace events::proof {

struct TrustedCheckpoint {
  Checkpoint checkpoint;
  std::string signer;
};

std::string name_of(const TrustedCheckpoint& one);
// Of two of one size and origin: they can both be of one log.
bool say_the_same(const Checkpoint& one, const Checkpoint& other);

// Those that a trusted key signed; findings for all others.
std::vector<TrustedCheckpoint> trusted_among(std::span<const Note> notes,
                                             std::span<const Verifier> trusted,
                                             std::vector<Finding>& found);

// Sorts out notes: those that a trusted key signed, of this log, by partition; findings for all
// others. `log`, `topic`, `partitions`: what is at hand.
struct SortedNotes {
  std::map<PartitionId, std::vector<TrustedCheckpoint>> checkpoints;
  std::vector<Finding> found;
};
struct LogAtHand {
  LogId log;
  std::string topic;
  std::uint32_t partitions = 0;
};
SortedNotes sort_notes(std::span<const Note> notes, std::span<const Verifier> trusted,
                       const LogAtHand& at_hand);

// `tree`: the leaves that the node keeps of the partition, if there are any; believed only as far
// as a checkpoint signs them.
Result<std::vector<Finding>> check_partition(const PartitionLeaves& log,
                                             std::span<const TrustedCheckpoint> checkpoints,
                                             const std::optional<std::vector<PlacedLeaf>>& tree);

}  // namespace events::proof
