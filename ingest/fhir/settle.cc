#include "ingest/fhir/settle.h"

#include <algorithm>

namespace ingest::fhir {
namespace {

using events::EventEffect;
using events::EventOutcome;
using Fate = PlannedWrite::Fate;
using Verdict = events::Outcome::Verdict;

constexpr int tries_max = 5;

std::vector<std::string> paths_of_events(const Plan& plan) {
  std::vector<std::string> paths;
  for (const PlannedWrite& write : plan.writes) {
    if (write.fate == Fate::event) paths.push_back(write.path);
  }
  return paths;
}

std::size_t events_of(const Plan& plan) {
  return static_cast<std::size_t>(std::ranges::count(
      plan.writes, Fate::event, [](const PlannedWrite& write) { return write.fate; }));
}

// The event that `write` became. The first answer of a repeated commit may have other
// events: what was created then is matched here by now. So it is found by name there.
const EventOutcome* event_of(const Settled& settled, const PlannedWrite& write) {
  const auto& events = settled.receipt->outcome.events;
  if (write.fate == Fate::event && events.size() == settled.planned_events)
    return &events[write.event];
  if (write.fate != Fate::event && !settled.receipt->outcome.repeat) return nullptr;
  const auto found = std::ranges::find_if(events, [&](const EventOutcome& event) {
    return event.type == write.type && event.id == write.id;
  });
  return found == events.end() ? nullptr : &*found;
}

}  // namespace

tl::expected<Settled, Failure> judged(Plan plan, Receipt receipt) {
  if (receipt.outcome.verdict != Verdict::accepted) {
    return tl::unexpected(Failure{{refusal_of(receipt.outcome, paths_of_events(plan))},
                                  receipt.commit,
                                  receipt.outcome.position});
  }
  const std::size_t planned_events = events_of(plan);
  return Settled{std::move(plan), std::move(receipt), false, planned_events};
}

tl::expected<Settled, Failure> settle(Intake& intake, const Planning& planning,
                                      bool respond_async) {
  for (int tries = 0; tries < tries_max; ++tries) {
    auto plan = planning();
    if (!plan) return tl::unexpected(Failure{std::move(plan.error()), {}, {}});
    if (!plan->submission) return Settled{std::move(*plan), {}};

    const events::CommitId id = plan->submission->id;
    if (respond_async) {
      if (auto there = intake.submit_async(std::move(*plan->submission)); !there)
        return tl::unexpected(Failure{{there.error()}, id, {}});
      return Settled{std::move(*plan), {}, true};
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
              made ? std::optional(settled.receipt->outcome.known_time) : std::nullopt};
    }
  }
  const auto effect = write.fate == Fate::absent ? EventEffect::absent : EventEffect::matched;
  return {effect, write.type, write.id, write.version, {}};
}

}  // namespace ingest::fhir
