// What is behind the door: inside of Intake only.
#pragma once

#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "ingest/delivery.h"
#include "ingest/intake.h"

namespace ingest {

using IntakeClock = std::chrono::steady_clock;

struct Intake::State {
  State(const IntakeOptions& its_options, events::EventLog& its_log,
        const events::Sealer& its_sealer, events::Lookup& its_lookup,
        prometheus::Registry& registry)
      : options(its_options),
        log(its_log),
        sealer(its_sealer),
        lookup(its_lookup),
        metrics(registry),
        deliveries({its_options.pending_bytes_max}, its_log, metrics) {}

  // A commit between append and answer.
  struct InFlight {
    events::CommitId id;
    events::AssemblyId assembly;
    std::shared_ptr<Shipment> shipment;
    events::Awaited awaited;
    IntakeClock::time_point deadline;
  };

  const IntakeOptions options;
  events::EventLog& log;
  const events::Sealer& sealer;
  events::Lookup& lookup;
  Metrics metrics;

  std::mutex mutex;
  // Guarded by mutex: answered before they were judged, oldest first; `pending` until
  // the ledger knows them.
  std::deque<events::CommitId> unjudged_order;
  std::set<events::CommitId> unjudged;

  Deliveries deliveries;  // its thread uses the others
  std::jthread keeper;    // last: ends transactions that were left

  // The draft and its text end here: typed fields of a large bundle are as large as the text.
  // Assigning an empty draft would not free them (a string keeps its memory).
  events::Result<events::BuiltCommit> sealed(Submission& submission) {
    const auto text = std::move(submission.text);
    const auto draft = std::move(submission.draft);
    return sealer.build(draft);
  }
  events::Status may_write() const;
  events::Result<InFlight> start(Submission& submission);
  events::Result<InFlight> ship(events::BuiltCommit built, const events::CommitId& id);
  // Appends the decision to the stream; its outcome says what was decided.
  events::Result<InFlight> decide(const events::StreamKey& stream,
                                  const events::TransactionPart& transaction,
                                  events::TransactionVerdict verdict);
  void decide_all(const std::vector<events::StreamKey>& streams,
                  const events::TransactionPart& transaction, events::TransactionVerdict verdict,
                  std::vector<events::Result<Receipt>>& receipts);
  void end_what_was_left();
  events::Result<Receipt> finish(InFlight& in_flight);
  events::Status durable(const events::CommitId& id, Shipment& shipment,
                         IntakeClock::time_point deadline);
  void remember(const events::CommitId& id);
};

}  // namespace ingest
