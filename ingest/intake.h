// The one door to the log: what a request asks for, as commits that are appended,
// judged and answered.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "events/lookup.h"
#include "ops/auth/principal.h"

namespace prometheus {
class Registry;
}

namespace ingest {

// A commit ready to be sealed.
struct Submission {
  events::CommitDraft draft;
  events::CommitId id;
  // Keeps what the draft's documents point into until it is sealed; none if others keep it.
  std::shared_ptr<const std::string> text;
};

struct Receipt {
  events::CommitId commit;
  events::Outcome outcome;
};

struct IntakeOptions {
  std::chrono::milliseconds outcome_timeout{30'000};
  std::size_t pending_bytes_max =
      128u << 20;  // sealed bytes whose outcome is not known; overloaded above
  std::string closed_because;  // not empty: this node takes no writes; forbidden says it
  // Transactions that are older and not decided were left by somebody who is gone.
  std::chrono::milliseconds transaction_age_max{10'000};
  std::chrono::milliseconds transaction_check_interval{1'000};
};

// Safe from any thread. Commits of one stream whose delivery is unknown hold back later
// commits of that stream.
class Intake {
 public:
  // All outlive this.
  Intake(const IntakeOptions& options, events::EventLog& log, const events::Sealer& sealer,
         events::Lookup& lookup, prometheus::Registry& metrics);
  ~Intake();

  // Seals, appends, waits for the judgement. A refused commit is a Receipt whose outcome
  // says so. Errors: overloaded, unavailable (nothing was or will be written),
  // outcome_unknown (message has the commit id; later resent by this node until it is known).
  events::Result<Receipt> submit(Submission submission);
  // The same for many: all are appended before the first is waited for. One result each.
  std::vector<events::Result<Receipt>> submit_all(std::vector<Submission> submissions);
  // All of them become true or none: one commit of each of several streams. As soon as all
  // are prepared the first one's stream decides. Receipts of accepted commits, one each; or
  // one receipt that says why not (refused, stale, locked, aborted): then nothing changed.
  // outcome_unknown: this node, or another, brings it to its end.
  events::Result<std::vector<Receipt>> submit_together(std::vector<Submission> submissions);
  // Durable, not judged yet (Prefer: respond-async).
  events::Status submit_async(Submission submission);

  // pending while this node has it in flight, else what the ledger says.
  events::Result<events::CommitStatus> status(const events::CommitId& id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ingest
