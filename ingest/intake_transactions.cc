// Transactions over several streams: prepare in each, decide in the first, copy the decision
// into the others; and end what others have left behind.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "events/hmac.h"
#include "ingest/intake_state.h"

namespace ingest {
namespace {

using events::TransactionVerdict;
using Receipts = std::vector<events::Result<Receipt>>;
using Verdict = events::Outcome::Verdict;

constexpr std::size_t left_at_once = 100;

events::TransactionId fresh_transaction() {
  std::array<std::uint8_t, 16> bytes{};
  events::fill_random(bytes);
  return events::TransactionId(bytes);
}

bool all_are(const Receipts& receipts, Verdict verdict) {
  return std::ranges::all_of(receipts, [&](const auto& receipt) {
    return receipt && receipt->outcome.verdict == verdict;
  });
}

// Why the votes do not agree: what can be said for good comes first.
events::Result<Receipt> objection(const Receipts& votes) {
  for (const auto verdict : {Verdict::refused, Verdict::cancelled, Verdict::stale, Verdict::locked,
                             Verdict::aborted}) {
    for (const auto& vote : votes) {
      if (vote && vote->outcome.verdict == verdict) return *vote;
    }
  }
  for (const auto& vote : votes) {
    if (!vote) return vote.error();
  }
  // Prepared here, accepted there: the first try of the same request is being brought to its end.
  Receipt receipt = *votes.front();
  receipt.outcome.verdict = Verdict::locked;
  receipt.outcome.refusal = {events::ErrorCode::conflict,
                             "the same request is still being carried out; try again in a moment",
                             {}};
  return receipt;
}

}  // namespace

events::Result<Intake::State::InFlight> Intake::State::decide(
    const events::StreamKey& stream, const events::TransactionPart& transaction,
    TransactionVerdict verdict) {
  const auto name = events::decision_in(stream, log.partition_count());
  return ship({stream, name.key, events::decision_of(transaction.id),
               {sealer.decision(stream, transaction, verdict)}},
              name);
}

void Intake::State::decide_all(const std::vector<events::StreamKey>& streams,
                               const events::TransactionPart& transaction,
                               TransactionVerdict verdict, Receipts& receipts) {
  std::vector<events::Result<InFlight>> started;
  for (const auto& stream : streams) started.push_back(decide(stream, transaction, verdict));
  for (auto& one : started) {
    receipts.push_back(one ? finish(*one) : events::Result<Receipt>(one.error()));
  }
}

events::Result<std::vector<Receipt>> Intake::submit_together(std::vector<Submission> submissions) {
  // Before anything: a refused try would still be followed by its decisions.
  if (auto may = state_->may_write(); !may) return may.error();
  const events::TransactionPart transaction{fresh_transaction(), submissions.front().draft.stream};
  std::vector<events::StreamKey> streams;
  std::vector<events::CommitId> ids;
  for (auto& submission : submissions) {
    submission.draft.transaction = transaction;
    streams.push_back(submission.draft.stream);
    ids.push_back(submission.id);
  }
  const Receipts votes = submit_all(std::move(submissions));
  if (all_are(votes, Verdict::accepted)) {  // a repeat: the first answer
    std::vector<Receipt> first;
    for (const auto& vote : votes) first.push_back(*vote);
    return first;
  }
  if (!all_are(votes, Verdict::prepared)) {
    Receipts ends;
    state_->decide_all(streams, transaction, TransactionVerdict::abort, ends);
    auto why = objection(votes);
    if (!why) return why.error();
    return std::vector<Receipt>{std::move(*why)};
  }

  auto deciding = state_->decide(streams.front(), transaction, TransactionVerdict::commit);
  if (!deciding) return deciding.error();
  auto decided = state_->finish(*deciding);
  if (!decided) {
    return events::Error{events::ErrorCode::outcome_unknown, decided.error().message, {}};
  }
  decided->commit = ids.front();
  if (decided->outcome.verdict != Verdict::accepted) {  // somebody gave it up before
    Receipts ends;
    state_->decide_all({streams.begin() + 1, streams.end()}, transaction,
                       TransactionVerdict::abort, ends);
    return std::vector<Receipt>{std::move(*decided)};
  }
  Receipts receipts{std::move(*decided)};
  state_->decide_all({streams.begin() + 1, streams.end()}, transaction, TransactionVerdict::commit,
                     receipts);
  std::vector<Receipt> accepted;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    // Decided, but not yet everywhere: the keeper goes on.
    if (!receipts[i]) {
      return events::Error{events::ErrorCode::outcome_unknown, receipts[i].error().message, {}};
    }
    receipts[i]->commit = ids[i];
    accepted.push_back(std::move(*receipts[i]));
  }
  return accepted;
}

void Intake::State::end_what_was_left() {
  const auto now = std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
  auto left = lookup.undecided(now - options.transaction_age_max, left_at_once);
  if (!left) {
    spdlog::warn("transactions that wait for a decision cannot be read reason=\"{}\"",
                 left.error().message);
    return;
  }
  for (const auto& one : *left) {
    // Nothing stands in the home stream: it is asked to give up. Whatever is first there
    // counts, and comes here in the next round.
    const auto& stream = one.decided ? one.stream : one.transaction.home;
    const auto verdict = one.decided.value_or(TransactionVerdict::abort);
    auto begun = decide(stream, one.transaction, verdict);
    if (!begun) continue;
    begun->deadline = IntakeClock::now() + options.transaction_check_interval;
    if (auto ended = finish(*begun); !ended) continue;  // the next round looks again
  }
  if (!left->empty()) spdlog::info("ended transactions that were left count={}", left->size());
}

}  // namespace ingest
