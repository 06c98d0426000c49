// A plan brought to its end: submitted, judged, and made again when acceptance says that
// the edge looked too early.
#pragma once

#include <functional>

#include "ingest/fhir/plan.h"
#include "ingest/refusals.h"

namespace ingest::fhir {

struct Settled {
  Plan plan;                       // its submission's bytes are gone
  std::optional<Receipt> receipt;  // nothing: nothing had to be written, or `durable_only`
  std::vector<Receipt> others;     // several streams: of those after the first
  bool durable_only = false;       // Prefer: respond-async
  // With a receipt: how many writes of the plan are events, of each stream.
  std::vector<std::size_t> planned_events;
};

using Planning = std::function<tl::expected<Plan, Refusals>()>;

// `respond_async`: returns once durable; several streams and conditional writes are always judged.
tl::expected<Settled, Failure> settle(Intake& intake, const Planning& planning, bool respond_async);

// A judged commit: what became of `plan`, or why not. Stale is for the caller.
tl::expected<Settled, Failure> judged(Plan plan, Receipt receipt, std::vector<Receipt> others = {});

// What became of one write: for one of a repeated commit, the first answer.
struct WriteOutcome {
  events::EventEffect effect = events::EventEffect::recorded;
  events::ResourceType type{};
  events::ResourceId id;
  events::Version version;
  std::optional<events::KnownTime> updated;  // when this very commit made the version
};
WriteOutcome outcome_of(const Settled& settled, std::size_t write);

}  // namespace ingest::fhir
