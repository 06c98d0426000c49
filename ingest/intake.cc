#include <fmt/format.h>

#include <condition_variable>

#include "ingest/intake_state.h"

namespace ingest {
namespace {

using events::Error;
using events::ErrorCode;

constexpr std::size_t unjudged_max = 100'000;

Error not_judged_yet(const events::CommitId& id) {
  return {ErrorCode::outcome_unknown,
          fmt::format("commit {} is durable, not judged yet; ask GET /commits/{}", id.text(),
                      id.text()),
          {}};
}

Error delivery_unknown(const events::CommitId& id, const std::string& why) {
  return {
      ErrorCode::outcome_unknown,
      fmt::format(
          "it is not known whether the log has commit {} ({}); this node sends it again until it "
          "is: ask GET /commits/{}, or repeat the same request",
          id.text(), why, id.text()),
      {}};
}

}  // namespace

void Intake::State::remember(const events::CommitId& id) {
  std::lock_guard lock(mutex);
  if (!unjudged.insert(id).second) return;
  unjudged_order.push_back(id);
  if (unjudged_order.size() <= unjudged_max) return;
  unjudged.erase(unjudged_order.front());
  unjudged_order.pop_front();
}

events::Status Intake::State::may_write() const {
  if (!options.closed_because.empty())
    return Error{ErrorCode::forbidden, "nothing was written: " + options.closed_because, {}};
  if (auto problem = log.write_problem(); !problem.empty())
    return events::unavailable(fmt::format("nothing was written, try again: {}", problem));
  return {};
}

events::Result<Intake::State::InFlight> Intake::State::start(Submission& submission) {
  if (auto may = may_write(); !may) return may.error();
  auto built = sealed(submission);
  if (!built) return built.error();
  return ship(std::move(*built), submission.id);
}

events::Result<Intake::State::InFlight> Intake::State::ship(events::BuiltCommit built,
                                                            const events::CommitId& id) {
  const events::AssemblyId assembly = built.assembly;
  InFlight in_flight{id, assembly, nullptr, lookup.expect(id, assembly),
                     IntakeClock::now() + options.outcome_timeout};
  auto shipment = deliveries.send(std::move(built));
  if (!shipment) {
    lookup.forget(id, assembly, in_flight.awaited.waiter);
    return shipment.error();
  }
  in_flight.shipment = std::move(*shipment);
  return in_flight;
}

// Waits until the commit is on the log.
events::Status Intake::State::durable(const events::CommitId& id, Shipment& shipment,
                                      IntakeClock::time_point deadline) {
  const DeliveryReport report = deliveries.wait(shipment, deadline);
  switch (report.delivered) {
    case Delivered::durable:
      return {};
    case Delivered::nothing:
      return events::unavailable(fmt::format("nothing was written, try again: {}", report.why));
    case Delivered::undetermined:
      remember(id);
      return delivery_unknown(id, report.why);
  }
  return {};
}

events::Result<Receipt> Intake::State::finish(InFlight& in_flight) {
  const events::CommitId& id = in_flight.id;
  if (auto there = durable(id, *in_flight.shipment, in_flight.deadline); !there) {
    lookup.forget(id, in_flight.assembly, in_flight.awaited.waiter);
    return there.error();
  }
  const auto durable_at = IntakeClock::now();
  if (in_flight.awaited.outcome.wait_until(in_flight.deadline) != std::future_status::ready) {
    lookup.forget(id, in_flight.assembly, in_flight.awaited.waiter);
    remember(id);
    return not_judged_yet(id);
  }
  Receipt receipt{id, in_flight.awaited.outcome.get()};
  metrics.judgement_seconds.Observe(
      std::chrono::duration<double>(IntakeClock::now() - durable_at).count());
  metrics.judged(receipt.outcome);
  return receipt;
}

Intake::Intake(const IntakeOptions& options, events::EventLog& log, const events::Sealer& sealer,
               events::Lookup& lookup, prometheus::Registry& metrics)
    : state_(std::make_unique<State>(options, log, sealer, lookup, metrics)) {
  if (!options.closed_because.empty()) return;  // what was left is ended by a node that writes
  state_->keeper = std::jthread([state = state_.get()](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!never.wait_for(lock, stop, state->options.transaction_check_interval,
                           [&] { return stop.stop_requested(); })) {
      if (stop.stop_requested()) return;
      state->end_what_was_left();
    }
  });
}

Intake::~Intake() = default;

events::Result<Receipt> Intake::submit(Submission submission) {
  auto in_flight = state_->start(submission);
  if (!in_flight) return in_flight.error();
  return state_->finish(*in_flight);
}

std::vector<events::Result<Receipt>> Intake::submit_all(std::vector<Submission> submissions) {
  std::vector<events::Result<State::InFlight>> started;
  started.reserve(submissions.size());
  for (Submission& submission : submissions) started.push_back(state_->start(submission));

  std::vector<events::Result<Receipt>> receipts;
  receipts.reserve(submissions.size());
  for (auto& one : started) {
    receipts.push_back(one ? state_->finish(*one) : events::Result<Receipt>(one.error()));
    if (one) one->shipment.reset();
  }
  return receipts;
}

events::Status Intake::submit_async(Submission submission) {
  if (auto may = state_->may_write(); !may) return may.error();
  auto built = state_->sealed(submission);
  if (!built) return built.error();
  auto shipment = state_->deliveries.send(std::move(*built));
  if (!shipment) return shipment.error();
  auto there = state_->durable(submission.id, **shipment,
                               IntakeClock::now() + state_->options.outcome_timeout);
  if (there) state_->remember(submission.id);
  return there;
}

events::Result<events::CommitStatus> Intake::status(const events::CommitId& id) const {
  if (id.partition.value >= state_->log.partition_count()) {
    return Error{
        ErrorCode::not_found, fmt::format("commit {}: there is no such partition", id.text()), {}};
  }
  auto known = state_->lookup.commit(id);
  if (!known) return known.error();
  const bool judged = known->state == events::CommitStatus::State::accepted ||
                      known->state == events::CommitStatus::State::refused ||
                      known->state == events::CommitStatus::State::cancelled;
  std::lock_guard lock(state_->mutex);
  if (judged) {
    state_->unjudged.erase(id);
  } else if (state_->deliveries.under_way(id) || state_->unjudged.contains(id)) {
    known->state = events::CommitStatus::State::pending;
  }
  return known;
}

}  // namespace ingest
