// A change of several streams that becomes true in all of them or in none. Each stream has
// a commit of its own that is prepared first; the first decision in the home stream counts,
// the others get copies of it. DESIGN.md section 5; projections/README.md has the rules.
#pragma once

#include "events/ids.h"

namespace events {

// A commit that is one of several: it waits for its decision.
struct TransactionPart {
  TransactionId id;
  StreamKey home;  // whose first decision counts
};
enum class TransactionVerdict : std::uint8_t { commit = 1, abort = 2 };

// The names under which the outcome of a decision in a stream is waited for.
inline CommitId decision_in(const StreamKey& stream, std::uint32_t partitions) {
  return {partition_of(stream, partitions), CommitKey(stream.array())};
}
inline AssemblyId decision_of(const TransactionId& id) { return AssemblyId(id.array()); }

}  // namespace events
