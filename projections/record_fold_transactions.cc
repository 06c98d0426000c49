// The part of the fold that knows of transactions over several streams: see transactions.h.
#include <fmt/format.h>

#include "projections/pending.h"
#include "projections/record_fold.h"
#include "projections/transactions.h"

namespace projections {
namespace {

using TransactionState = TransactionRow::State;
using Verdict = events::Outcome::Verdict;

events::Outcome outcome_at(const Moment& moment, Verdict verdict) {
  events::Outcome outcome;
  outcome.verdict = verdict;
  outcome.position = moment.position;
  outcome.known_time = moment.known_time;
  if (verdict == Verdict::aborted) {
    outcome.refusal = {events::ErrorCode::conflict,
                       "the transaction was given up; nothing was changed, try again",
                       {}};
  }
  return outcome;
}

// What the ledger's row of the commit says to one more copy of it.
Result<events::Outcome> repeat_of(const RowView& rows, const events::StreamKey& stream,
                                  const events::CommitKey& commit, const Moment& moment) {
  auto row = StreamLedger(rows, stream).commit(commit);
  if (!row) return row.error();
  if (!*row) return events::corrupt("a transaction's commit is not in the ledger");
  return repeated_with_events(rows, **row, moment.position.partition);
}

// What a transaction that this stream has heard of already says to one more copy.
Result<events::Outcome> known_already(const RowView& rows, const events::StreamKey& stream,
                                      const TransactionRow& row, const Moment& moment) {
  if (row.state == TransactionState::aborted) return outcome_at(moment, Verdict::aborted);
  return repeat_of(rows, stream, row.commit, moment);
}

Status count_prepared(RowBatch& batch, const events::StreamKey& stream, bool one_more) {
  auto row = StreamLedger(batch, stream).stream();
  if (!row) return row.error();
  row->prepared = one_more ? row->prepared + 1 : row->prepared - 1;
  // A stream that never had a commit has no row either.
  if (row->accepted == 0 && row->pending_bytes == 0 && row->prepared == 0) {
    batch.erase(ledger_family, stream_row_key(stream));
  } else {
    batch.put(ledger_family, stream_row_key(stream), encode(*row));
  }
  return {};
}

}  // namespace

RecordFold::Folded RecordFold::prepare(const events::Opener::Commit& commit,
                                       std::string_view record, std::vector<events::Offset> records,
                                       const Moment& moment, RowBatch& batch,
                                       std::vector<Delivery>& deliveries) {
  const auto& header = commit.header();
  auto known = transaction_row(batch, header.stream, header.transaction->id);
  if (!known) return stop(known.error().message);
  if (*known) {
    auto outcome = known_already(batch, header.stream, **known, moment);
    if (!outcome) return stop(outcome.error().message);
    deliveries.push_back({header.commit, header.assembly, std::move(*outcome)});
    return {};
  }
  auto decision = judge(position_.rule, header, commit.body(), StreamLedger(batch, header.stream),
                        moment, Stage::prepare);
  if (!decision) return stop(decision.error().message);
  const bool prepared = decision->outcome.verdict == Verdict::prepared && decision->decided;
  if (prepared) {
    const CommitRow row{Verdict::prepared,      decision->request_digest, header.assembly,
                        moment.position.offset, moment.known_time,        {}};
    batch.put(ledger_family, commit_row_key(header.commit, header.stream), encode(row));
    put_prepared(
        batch, header.stream, header.transaction->id,
        {TransactionState::prepared, moment.known_time, header.transaction->home,
         std::string(record), std::move(records), std::move(decision->locks), header.commit});
    if (auto counted = count_prepared(batch, header.stream, true); !counted)
      return stop(counted.error().message);
  } else if (decision->decided) {  // refused, for good
    if (auto written = write(commit, *decision, record, std::move(records), batch); !written)
      return stop(written.error().message);
  } else if (decision->outcome.repeat) {
    auto outcome = repeat_of(batch, header.stream, header.commit, moment);
    if (!outcome) return stop(outcome.error().message);
    decision->outcome = std::move(*outcome);
  }
  count(decision->outcome);
  deliveries.push_back({header.commit, header.assembly, std::move(decision->outcome)});
  return {};
}

RecordFold::Folded RecordFold::fold_decision(const events::RecordHeader& header,
                                             const Moment& moment, RowBatch& batch,
                                             std::vector<Delivery>& deliveries) {
  const auto& id = header.transaction->id;
  auto row = transaction_row(batch, header.stream, id);
  if (!row) return stop(row.error().message);
  Result<events::Outcome> outcome = outcome_at(moment, Verdict::aborted);
  if (!*row) {
    // Nothing was prepared here, so nothing can be carried out: a prepare that comes later is
    // dead. Only an abort comes this early; in the home stream it decides.
    put_decided(batch, header.stream, id, std::nullopt, TransactionState::aborted);
  } else if ((*row)->state == TransactionState::prepared) {
    outcome = decide(header.stream, **row, *header.verdict, moment, batch);
    if (outcome) {
      const bool done = outcome->verdict == Verdict::accepted;
      put_decided(batch, header.stream, id, *row,
                  done ? TransactionState::committed : TransactionState::aborted);
      count(*outcome);
    }
  } else {
    outcome = known_already(batch, header.stream, **row, moment);
  }
  if (!outcome)
    return stop(
        fmt::format("offset {}: {}", moment.position.offset.value, outcome.error().message));
  deliveries.push_back(
      {events::CommitKey(header.stream.array()), events::decision_of(id), std::move(*outcome)});
  return {};
}

Result<events::Outcome> RecordFold::decide(const events::StreamKey& stream,
                                           const TransactionRow& row,
                                           events::TransactionVerdict verdict, const Moment& moment,
                                           RowBatch& batch) {
  if (auto counted = count_prepared(batch, stream, false); !counted) return counted.error();
  if (verdict == events::TransactionVerdict::commit) return carry_out(row, moment, batch);
  // The commit may be tried again by another transaction.
  batch.erase(ledger_family, commit_row_key(row.commit, stream));
  return outcome_at(moment, Verdict::aborted);
}

Result<events::Outcome> RecordFold::carry_out(const TransactionRow& row, const Moment& moment,
                                              RowBatch& batch) {
  auto commit = opener_.open(row.record);
  if (!commit) return commit.error();
  auto decision = judge(position_.rule, commit->header(), commit->body(),
                        StreamLedger(batch, commit->header().stream), moment, Stage::decided);
  if (!decision) return decision.error();
  if (decision->outcome.verdict != Verdict::accepted) {
    return events::corrupt("a prepared commit does not fit any more, although it was locked");
  }
  if (auto written = write(*commit, *decision, row.record, row.records, batch); !written)
    return written.error();
  return std::move(decision->outcome);
}

}  // namespace projections
