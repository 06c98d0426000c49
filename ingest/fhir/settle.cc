#include "ingest/fhir/settle.h"

#include <algorithm>

namespace ingest::fhir {
namespace {

using events::EventEffect;
using events::EventOutcome;
using Fate = PlannedWrite::Fate;
using Verdict = events::Outcome::Verdict;

constexpr int tries_max = 5;
// Conditional writes and patches need their stream as they saw it, so of n at once one gets
// on at each try.
constexpr int tries_conditional_max = 64;

// Of the events of the stream whose commit it is.
std::vector<std::string> paths_of_events(const Plan& plan, std::size_t stream) {
  std::vector<std::string> paths;
  for (const PlannedWrite& write : plan.writes) {
    if (write.fate == Fate::event && write.stream == stream) paths.push_back(write.path);
  }
  return paths;
}

std::vector<std::size_t> events_of(const Plan& plan, std::size_t streams) {
  std::vector<std::size_t> events(streams);
  for (const PlannedWrite& write : plan.writes) {
    if (write.fate == Fate::event) ++events[write.stream];
  }
  return events;
}

// The event that `write` became. The first answer of a repeated commit may have other
// events: what was created then is matched here by now. So it is found by name there.
const EventOutcome* event_of(const Settled& settled, const PlannedWrite& write) {
  const Receipt& first = *settled.receipt;
  if (write.fate != Fate::event && !first.outcome.repeat) return nullptr;
  if (write.fate == Fate::event) {
    const Receipt& receipt = write.stream == 0 ? first : settled.others[write.stream - 1];
    const auto& events = receipt.outcome.events;
    if (events.size() == settled.planned_events[write.stream]) return &events[write.event];
  }
  const auto find = [&](const Receipt& receipt) -> const EventOutcome* {
    const auto& events = receipt.outcome.events;
    const auto found = std::ranges::find_if(events, [&](const EventOutcome& event) {
      return event.type == write.type && event.id == write.id;
    });
    return found == events.end() ? nullptr : &*found;
  };
  const EventOutcome* found = find(first);
  for (const Receipt& other : settled.others) found = found != nullptr ? found : find(other);
  return found;
}

// Which stream of the plan the receipt is of.
std::size_t stream_of(const std::vector<events::CommitId>& ids, const events::CommitId& id) {
  const auto found = std::ranges::find(ids, id);
  return found == ids.end() ? 0 : static_cast<std::size_t>(found - ids.begin());
}

Failure failure_of(const Plan& plan, const Receipt& receipt, std::size_t stream) {
  return {
      {refusal_of(receipt.outcome, paths_of_events(plan, stream))},
      receipt.commit,
      receipt.outcome.position,
      receipt.outcome.verdict == Verdict::locked || receipt.outcome.verdict == Verdict::aborted};
}

// One try of a plan over several streams; nothing: stale, plan again.
std::optional<tl::expected<Settled, Failure>> settle_together(Intake& intake, Plan plan) {
  std::vector<events::CommitId> ids;
  for (const Submission& submission : plan.together) ids.push_back(submission.id);
  auto receipts = intake.submit_together(std::move(plan.together));
  plan.together.clear();
  if (!receipts) {
    const bool may_be_there = receipts.error().code == events::ErrorCode::outcome_unknown;
    return tl::unexpected(
        Failure{{receipts.error()}, may_be_there ? std::optional(ids.front()) : std::nullopt, {}});
  }
  Receipt first = std::move(receipts->front());
  if (first.outcome.verdict == Verdict::stale) return std::nullopt;
  if (first.outcome.verdict != Verdict::accepted) {
    return tl::unexpected(failure_of(plan, first, stream_of(ids, first.commit)));
  }
  receipts->erase(receipts->begin());
  return judged(std::move(plan), std::move(first), std::move(*receipts));
}

// When the commit that `write` belongs to became true.
events::KnownTime time_of(const Settled& settled, const PlannedWrite& write) {
  const bool other = write.fate == Fate::event && write.stream != 0;
  return (other ? settled.others[write.stream - 1] : *settled.receipt).outcome.known_time;
}

}  // namespace

tl::expected<Settled, Failure> judged(Plan plan, Receipt receipt, std::vector<Receipt> others) {
  if (receipt.outcome.verdict != Verdict::accepted)
    return tl::unexpected(failure_of(plan, receipt, 0));
  auto planned_events = events_of(plan, others.size() + 1);
  return Settled{std::move(plan), std::move(receipt), std::move(others), false,
                 std::move(planned_events)};
}

tl::expected<Settled, Failure> settle(Intake& intake, const Planning& planning,
                                      bool respond_async) {
  int tries_left = tries_max;
  for (int tries = 0; tries < tries_left; ++tries) {
    auto plan = planning();
    if (!plan) return tl::unexpected(Failure{std::move(plan.error()), {}, {}});
    if (plan->may_go_stale) tries_left = tries_conditional_max;
    if (!plan->together.empty()) {
      auto settled = settle_together(intake, std::move(*plan));
      if (!settled) continue;
      return std::move(*settled);
    }
    if (!plan->submission) return Settled{std::move(*plan), {}};

    const events::CommitId id = plan->submission->id;
    // A stale commit changes nothing, and only who waits for it can try again.
    if (respond_async && !plan->may_go_stale) {
      if (auto there = intake.submit_async(std::move(*plan->submission)); !there)
        return tl::unexpected(Failure{{there.error()}, id, {}});
      return Settled{std::move(*plan), {}, {}, true, {}};
    }
    auto receipt = intake.submit(std::move(*plan->submission));
    if (!receipt) {
      const bool may_be_there = receipt.error().code == events::ErrorCode::outcome_unknown;
      return tl::unexpected(
          Failure{{receipt.error()}, may_be_there ? std::optional(id) : std::nullopt, {}});
    }
    if (receipt->outcome.verdict != Verdict::stale)
      return judged(std::move(*plan), std::move(*receipt));
  }
  return tl::unexpected(
      Failure{{{events::ErrorCode::conflict,
                "others changed the same record at each try; nothing was changed, try again",
                {}}},
              {},
              {}});
}

WriteOutcome outcome_of(const Settled& settled, std::size_t number) {
  const PlannedWrite& write = settled.plan.writes[number];
  if (write.fate == Fate::same) {
    WriteOutcome first = outcome_of(settled, write.same_as);
    first.effect = EventEffect::matched;
    return first;
  }
  if (settled.receipt) {
    if (const EventOutcome* event = event_of(settled, write)) {
      const bool made = event->effect == EventEffect::recorded ||
                        event->effect == EventEffect::amended ||
                        event->effect == EventEffect::deleted;
      return {event->effect, event->type, event->id, event->version,
              made ? std::optional(time_of(settled, write)) : std::nullopt};
    }
  }
  const auto effect = write.fate == Fate::absent ? EventEffect::absent : EventEffect::matched;
  return {effect, write.type, write.id, write.version, {}};
}

}  // namespace ingest::fhir
