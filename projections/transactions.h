// Transactions over several streams, as one stream sees them: prepared, then decided.
//
// Family `ledger`
// 8 | stream | transaction id                     -> TransactionRow
// 9 | known time | stream | transaction id        -> home: those that wait for a decision, oldest first
//
// A prepared commit is judged where it lies and keeps what it was judged by as it is: the
// resources and identifiers that it touches are locked, and with a required stream version
// the whole stream. So the decision, whenever it comes, finds what the vote found. Decided
// rows stay: a copy of the prepare, or of the decision, may still come.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/commit.h"
#include "projections/ledger.h"
#include "projections/store.h"

namespace projections {

// What prepared transactions of a stream keep others from.
struct Locks {
  std::set<std::pair<events::ResourceType, std::string>> resources;
  std::set<std::pair<events::ResourceType, IdentifierHash>> identifiers;
  bool stream = false;
};

struct TransactionRow {
  enum class State : std::uint8_t { prepared = 1, committed = 2, aborted = 3 } state{};
  // Prepared only.
  events::KnownTime known_time;
  events::StreamKey home;
  std::string record;                   // the whole prepare
  std::vector<events::Offset> records;  // where it lies
  Locks locks;
  // Committed: of the decision, whose Change has the events.
  events::CommitKey commit;
};

Result<std::optional<TransactionRow>> transaction_row(const RowView& rows,
                                                      const events::StreamKey& stream,
                                                      const events::TransactionId& id);
void put_prepared(RowBatch& batch, const events::StreamKey& stream,
                  const events::TransactionId& id, const TransactionRow& row);
// Replaces a prepared row, or is the first that is heard of the transaction.
void put_decided(RowBatch& batch, const events::StreamKey& stream, const events::TransactionId& id,
                 const std::optional<TransactionRow>& before, TransactionRow::State state);

// Of all that is prepared in the stream.
Result<Locks> locks_of(const RowView& rows, const events::StreamKey& stream);

struct Undecided {
  events::StreamKey stream;
  events::TransactionId id;
  events::StreamKey home;
  events::KnownTime since;
};
// Oldest first, those prepared before `before`; at most `limit`.
Result<std::vector<Undecided>> undecided(const RowView& rows, events::KnownTime before,
                                         std::size_t limit);

}  // namespace projections
