// Acceptance: the one rule that decides what a commit does, in log order.
//
// A total, pure function of the commit and of the ledger rows of its own stream, that is
// of the earlier records of that stream. It reads no clock, configuration, projection or
// other stream, so all nodes, and every later replay, decide alike. It fails only if the
// rows cannot be read.
//
// The rule has a number, kept for each partition. A changed rule gets the next number and
// a file of its own; old ones stay callable for good.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/outcome.h"
#include "projections/ledger.h"
#include "projections/transactions.h"

namespace projections {

inline constexpr std::uint32_t newest_rule = 1;

// Where and when the commit's last record lies.
struct Moment {
  events::Position position;
  events::KnownTime known_time;
};

// At which point of its life a commit is judged.
enum class Stage {
  whole,    // a commit: true from here on, or never
  prepare,  // of a transaction: what it would do; prepared if it could be done
  decided,  // the transaction's decision is to commit: what it does
};

struct Decision {
  events::Outcome outcome;
  // Whether the ledger keeps it: not for stale or locked ones and repeats.
  bool decided = false;
  Locks locks;  // prepared only
  events::Digest16 request_digest;
  // Accepted and decided, or prepared: one for each resource that the commit writes.
  std::vector<ResourceChange> changes;
};

// `rule` is one of 1 … newest_rule (CHECKed: a newer one stops the partition before this).
Result<Decision> judge(std::uint32_t rule, const events::RecordHeader& header,
                       const events::schema::Body& body, const StreamLedger& ledger,
                       const Moment& moment, Stage stage = Stage::whole);

// What an earlier decision says to a repeat of its commit. The events of an accepted one
// are not in the ledger row: the caller adds them from the Change at the outcome's position.
events::Outcome repeated(const CommitRow& row, events::PartitionId partition);

}  // namespace projections
