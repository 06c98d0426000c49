#include "ingest/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

namespace ingest {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{2'000};

}  // namespace

// Guarded by State::mutex, but for what never changes once it is sent.
class Shipment {
 public:
  events::CommitId id;
  events::BuiltCommit built;  // records freed once durable
  std::size_t bytes = 0;
  std::vector<events::Delivery> deliveries;  // of each record
  std::size_t answers_missing = 0;
  bool held = false;       // not handed to the log yet
  bool uncertain = false;  // blocks its stream
  bool reported = false;
  Clock::time_point started;
  Clock::time_point next_try;
  std::chrono::milliseconds pause = first_pause;
  std::string why;
  std::promise<DeliveryReport> promise;
  std::future<DeliveryReport> first_report = promise.get_future();
};

struct Deliveries::State : std::enable_shared_from_this<Deliveries::State> {
  State(const Limits& its_limits, events::EventLog& its_log, const Metrics& its_metrics)
      : limits(its_limits), log(its_log), metrics(its_metrics) {}

  // Commits of a stream behind an undetermined one. The entry is there as long as any
  // waits, so that none overtakes another.
  struct Stream {
    std::size_t uncertain = 0;
    std::deque<std::shared_ptr<Shipment>> held;
  };

  const Limits limits;
  events::EventLog& log;
  Metrics metrics;

  std::mutex mutex;
  std::condition_variable_any changed;
  // Guarded by mutex.
  std::unordered_map<events::StreamKey, Stream> streams;
  std::vector<std::shared_ptr<Shipment>> to_resend;
  std::multiset<events::CommitId> under_way;
  std::size_t pending_bytes = 0;

  void hand_over(const std::shared_ptr<Shipment>& shipment, std::size_t from);
  void answered(const std::shared_ptr<Shipment>& shipment, std::size_t record,
                const events::Appended& appended);
  void settle(const std::shared_ptr<Shipment>& shipment);
  void mark_uncertain(Shipment& shipment);
  void report(Shipment& shipment, Delivered delivered);
  void gone(const Shipment& shipment);
  void run(const std::stop_token& stop);
  std::shared_ptr<Shipment> next_held();
  std::shared_ptr<Shipment> next_resend();
};

// Outside the lock: the log may answer before append returns.
void Deliveries::State::hand_over(const std::shared_ptr<Shipment>& shipment, std::size_t from) {
  const std::size_t records = shipment->built.records.size();
  for (std::size_t i = from; i < records; ++i) {
    log.append(shipment->id.partition, shipment->built.stream.bytes(), shipment->built.records[i],
               [self = shared_from_this(), shipment, i](const events::Appended& appended) {
                 self->answered(shipment, i, appended);
               });
  }
}

void Deliveries::State::answered(const std::shared_ptr<Shipment>& shipment, std::size_t record,
                                 const events::Appended& appended) {
  std::lock_guard lock(mutex);
  events::Delivery& known = shipment->deliveries[record];
  if (appended.delivery == events::Delivery::persisted) {
    known = events::Delivery::persisted;
  } else {
    // Once unknown, a later refusal says nothing of the first try.
    if (!shipment->uncertain && known != events::Delivery::persisted) known = appended.delivery;
    shipment->why = appended.why;
  }
  if (--shipment->answers_missing == 0) settle(shipment);
}

// All answers of a round are in.
void Deliveries::State::settle(const std::shared_ptr<Shipment>& shipment) {
  auto all = [&](events::Delivery delivery) {
    return std::ranges::all_of(shipment->deliveries, [&](auto one) { return one == delivery; });
  };
  if (all(events::Delivery::persisted)) {
    if (shipment->uncertain) --streams[shipment->built.stream].uncertain;
    shipment->uncertain = false;
    shipment->built.records = {};
    metrics.append_seconds.Observe(
        std::chrono::duration<double>(Clock::now() - shipment->started).count());
    report(*shipment, Delivered::durable);
    changed.notify_all();
    return;
  }
  if (!shipment->uncertain && all(events::Delivery::not_persisted)) {
    report(*shipment, Delivered::nothing);
    return;
  }
  // Also when an early part is there and a later one surely is not: the parts that are
  // missing are sent until the commit is whole. A cancel record instead would make the
  // commit id dead for good, and with it every retry of the same content.
  mark_uncertain(*shipment);
  shipment->next_try = Clock::now() + shipment->pause;
  shipment->pause = std::min(shipment->pause * 2, longest_pause);
  to_resend.push_back(shipment);
  report(*shipment, Delivered::undetermined);
  changed.notify_all();
}

void Deliveries::State::mark_uncertain(Shipment& shipment) {
  if (shipment.uncertain) return;
  shipment.uncertain = true;
  ++streams[shipment.built.stream].uncertain;
}

void Deliveries::State::report(Shipment& shipment, Delivered delivered) {
  if (shipment.reported) return;
  shipment.reported = true;
  shipment.promise.set_value({delivered, delivered == Delivered::durable ? "" : shipment.why});
}

// Nobody waits for it or sends it any more. Under the lock.
void Deliveries::State::gone(const Shipment& shipment) {
  if (auto found = under_way.find(shipment.id); found != under_way.end()) under_way.erase(found);
  pending_bytes -= shipment.bytes;
  metrics.pending_bytes.Set(static_cast<double>(pending_bytes));
}

std::shared_ptr<Shipment> Deliveries::State::next_held() {
  for (auto stream = streams.begin(); stream != streams.end();) {
    if (stream->second.uncertain != 0) {
      ++stream;
    } else if (stream->second.held.empty()) {
      stream = streams.erase(stream);
    } else {
      auto shipment = stream->second.held.front();
      stream->second.held.pop_front();
      shipment->held = false;
      return shipment;
    }
  }
  return nullptr;
}

std::shared_ptr<Shipment> Deliveries::State::next_resend() {
  const auto now = Clock::now();
  auto due = std::ranges::find_if(to_resend, [&](const auto& one) { return one->next_try <= now; });
  if (due == to_resend.end()) return nullptr;
  auto shipment = *due;
  to_resend.erase(due);
  return shipment;
}

void Deliveries::State::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (auto shipment = next_held()) {
      lock.unlock();
      hand_over(shipment, 0);
      shipment.reset();  // its end takes the lock
      lock.lock();
    } else if (auto again = next_resend()) {
      // In order from the first record that is not surely there: a part that came twice
      // is dropped by acceptance.
      const auto missing = std::ranges::find_if(
          again->deliveries, [](auto one) { return one != events::Delivery::persisted; });
      const auto from = static_cast<std::size_t>(missing - again->deliveries.begin());
      again->answers_missing = again->deliveries.size() - from;
      metrics.resends.Increment(static_cast<double>(again->answers_missing));
      lock.unlock();
      hand_over(again, from);
      again.reset();
      lock.lock();
    } else if (to_resend.empty()) {
      changed.wait(lock, stop, [&] {
        return !to_resend.empty() || std::ranges::any_of(streams, [](const auto& one) {
          return one.second.uncertain == 0;
        });
      });
    } else {
      const auto soonest =
          std::ranges::min_element(to_resend, {}, [](const auto& one) { return one->next_try; });
      const auto until = (*soonest)->next_try;
      changed.wait_until(lock, stop, until, [&] {
        return std::ranges::any_of(streams,
                                   [](const auto& one) { return one.second.uncertain == 0; });
      });
    }
  }
}

Deliveries::Deliveries(const Limits& limits, events::EventLog& log, const Metrics& metrics)
    : state_(std::make_shared<State>(limits, log, metrics)),
      sender_([state = state_](const std::stop_token& stop) { state->run(stop); }) {}

Deliveries::~Deliveries() {
  sender_.request_stop();
  sender_.join();
  // Let go outside the lock: the end of a shipment takes it.
  std::vector<std::shared_ptr<Shipment>> resends;
  std::unordered_map<events::StreamKey, State::Stream> streams;
  std::lock_guard lock(state_->mutex);
  resends.swap(state_->to_resend);
  for (auto& [key, stream] : state_->streams) streams[key].held.swap(stream.held);
}

events::Result<std::shared_ptr<Shipment>> Deliveries::send(events::BuiltCommit built) {
  // The last owner, a waiter or the sender, takes it off the books.
  std::shared_ptr<Shipment> shipment(new Shipment, [state = std::weak_ptr(state_)](Shipment* one) {
    std::unique_ptr<Shipment> owned(one);
    if (auto alive = state.lock(); alive && one->bytes != 0) {
      std::lock_guard lock(alive->mutex);
      alive->gone(*one);
    }
  });
  shipment->id = {events::partition_of(built.stream, state_->log.partition_count()), built.commit};
  shipment->built = std::move(built);
  shipment->deliveries.resize(shipment->built.records.size(), events::Delivery::not_persisted);
  shipment->answers_missing = shipment->deliveries.size();
  shipment->started = Clock::now();
  std::size_t bytes = 0;
  for (const std::string& record : shipment->built.records) bytes += record.size();

  std::unique_lock lock(state_->mutex);
  if (state_->pending_bytes != 0 &&
      state_->pending_bytes + bytes > state_->limits.pending_bytes_max) {
    lock.unlock();
    return events::Error{
        events::ErrorCode::overloaded,
        fmt::format("{} bytes wait for the log; nothing was written, try again later",
                    state_->limits.pending_bytes_max),
        {}};
  }
  auto stream = state_->streams.find(shipment->built.stream);
  const bool hold = stream != state_->streams.end();
  if (hold && stream->second.held.size() >= state_->limits.held_per_stream_max) {
    lock.unlock();
    return events::Error{
        events::ErrorCode::overloaded,
        "too many commits of this record wait behind one whose delivery is not known; "
        "nothing was written, try again later",
        {}};
  }
  shipment->bytes = bytes;
  state_->pending_bytes += bytes;
  state_->metrics.pending_bytes.Set(static_cast<double>(state_->pending_bytes));
  state_->under_way.insert(shipment->id);
  if (hold) {
    shipment->held = true;
    stream->second.held.push_back(shipment);
    state_->changed.notify_all();
    return shipment;
  }
  lock.unlock();
  state_->hand_over(shipment, 0);
  return shipment;
}

DeliveryReport Deliveries::wait(Shipment& shipment, Clock::time_point deadline) {
  if (shipment.first_report.wait_until(deadline) == std::future_status::ready) {
    return shipment.first_report.get();
  }
  std::shared_ptr<Shipment> withdrawn;  // let go after the lock: its end takes the lock
  std::lock_guard lock(state_->mutex);
  if (shipment.reported) return shipment.first_report.get();
  shipment.reported = true;
  if (shipment.held) {
    auto& held = state_->streams[shipment.built.stream].held;
    auto place =
        std::ranges::find_if(held, [&](const auto& one) { return one.get() == &shipment; });
    withdrawn = std::move(*place);
    held.erase(place);
    return {Delivered::nothing, "an earlier commit of this record has an unknown delivery"};
  }
  state_->mark_uncertain(shipment);
  return {Delivered::undetermined, "the log has not answered yet"};
}

bool Deliveries::under_way(const events::CommitId& id) const {
  std::lock_guard lock(state_->mutex);
  return state_->under_way.contains(id);
}

}  // namespace ingest
