#include "query/live.h"

#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "events/clinical_time.h"
#include "events/effect_name.h"
#include "projections/measures/figures.h"
#include "projections/measures/keeper.h"
#include "query/json_writer.h"
#include "query/returned.h"

namespace query {
namespace {

using events::Offset;
using events::PartitionId;
using events::PositionToken;
using events::Result;
using events::StreamKey;
using ops::http::ChunkSink;
using projections::Change;

std::string to_json(const Change& change, const events::LogId& log) {
  PositionToken position(log);
  position.see(change.position);
  JsonWriter json;
  json.begin_object().member("position", position.text());
  json.member("time", events::format_instant(change.known_time));
  json.member("stream", change.stream_name);
  json.optional("patient", patient_of_stream(change.stream_name));
  json.member("commit", events::CommitId{change.position.partition, change.commit}.text());
  json.key("events").begin_array();
  for (const auto& event : change.events) {
    json.begin_object().member("effect", events::effect_name(event.effect));
    json.member("type", events::type_name(event.type)).member("id", event.id.text());
    json.member("version", event.version.value).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

std::string to_json(const projections::measures::Flip& flip, const events::LogId& log) {
  PositionToken position(log);
  position.see(flip.position);
  JsonWriter json;
  json.begin_object().member("measure", flip.measure).member("period", flip.period);
  json.member("patient", flip.patient).member("group", std::uint64_t{flip.group} + 1);
  json.member("from", flip.from).member("to", flip.to).key("cause").begin_array();
  for (const auto& cause : flip.causes) json.value(cause);
  json.end_array().member("position", position.text());
  json.member("known", events::format_instant(flip.known_time));
  json.member("after_the_period", flip.restates).end_object();
  return std::move(json).take();
}

struct Subscriber {
  std::shared_ptr<ChunkSink> sink;
  PositionToken seen;  // next offset of each partition wanted
  std::optional<StreamKey> stream;
  LiveListener listener;
  std::chrono::steady_clock::time_point silent_since;
  std::uint64_t next_flip = 0;   // the sequence
  std::uint64_t flips_then = 0;  // below it: seen before the subscription
  PositionToken from = {};       // and of those, only of commits from here on
};

}  // namespace

struct LiveHub::State {
  const LiveOptions options;
  const Sources& sources;
  projections::measures::Keeper* keeper = nullptr;  // set before anybody subscribes; may be none

  // Guarded by mutex.
  std::mutex mutex;
  std::condition_variable_any changed;
  bool progress = false;
  std::list<Subscriber> arriving;
  std::size_t subscribers = 0;  // arriving ones too

  // The thread's own.
  std::list<Subscriber> subscribed;
  std::jthread thread;

  State(const LiveOptions& given, const Sources& from) : options(given), sources(from) {}

  void run(std::stop_token stop);
  bool feed(Subscriber& subscriber, bool& more);
  bool feed_partition(Subscriber& subscriber, PartitionId partition, Offset from, bool& more);
  bool feed_flips(Subscriber& subscriber, bool& more);
  bool keep_alive(Subscriber& subscriber);
  bool record(const Subscriber& subscriber, const std::vector<Change>& changes);
  bool record(const Subscriber& subscriber, const projections::measures::Flip& flip);
  bool record(ops::auth::AccessScope& scope, const Subscriber& subscriber,
              const events::Position& of);
};

// Before it is sent: one entry for all of a turn.
bool LiveHub::State::record(const Subscriber& subscriber, const std::vector<Change>& changes) {
  if (!options.record || changes.empty()) return true;
  ops::auth::AccessScope scope;
  for (const auto& change : changes) {
    ops::auth::note_patient(patient_of_stream(change.stream_name));
    for (const auto& event : change.events)
      ops::auth::note_returned(event.type, event.id.text(), event.version);
  }
  return record(scope, subscriber, changes.back().position);
}

// That a patient's populations changed is something of the patient.
bool LiveHub::State::record(const Subscriber& subscriber, const projections::measures::Flip& flip) {
  if (!options.record) return true;
  ops::auth::AccessScope scope;
  ops::auth::note_patient(flip.patient);
  return record(scope, subscriber, flip.position);
}

bool LiveHub::State::record(ops::auth::AccessScope& scope, const Subscriber& subscriber,
                            const events::Position& of) {
  auto entry = scope.take(subscriber.listener.who);
  entry.kind = events::access::Kind::live;
  entry.request_id = subscriber.listener.request_id;
  entry.method = "GET";
  entry.route = "/live";
  entry.target = subscriber.listener.target;
  entry.status = 200;
  PositionToken position(sources.log_id);
  position.see(of);
  entry.position = position.text();
  return options.record(std::move(entry)).has_value();
}

// False: the client has gone, or the shard cannot be read; it comes back with its last id.
bool LiveHub::State::feed_partition(Subscriber& subscriber, PartitionId partition, Offset from,
                                    bool& more) {
  const auto view = sources.shards.shard(partition).view();
  const Offset end = view->next_offset();
  if (end <= from) return true;
  const auto changes = view->changes(from, subscriber.stream, options.changes_a_turn);
  if (!changes || !record(subscriber, *changes)) return false;
  for (const auto& change : *changes) {
    subscriber.seen.see(change.position);
    if (!subscriber.sink->write("event: change\nid: " + subscriber.seen.text() +
                                "\ndata: " + to_json(change, sources.log_id) + "\n\n")) {
      return false;
    }
    subscriber.silent_since = std::chrono::steady_clock::now();
  }
  if (changes->size() < options.changes_a_turn) {
    subscriber.seen.see_next(partition, end);  // what lies between was of other streams
  } else {
    more = true;
  }
  return true;
}

bool LiveHub::State::feed(Subscriber& subscriber, bool& more) {
  const auto wanted = subscriber.seen.next_offsets();
  for (const auto& [partition, from] : wanted) {
    if (!feed_partition(subscriber, partition, from, more)) return false;
  }
  if (keeper != nullptr && !feed_flips(subscriber, more)) return false;
  return keep_alive(subscriber);
}

// False as feed_partition.
bool LiveHub::State::feed_flips(Subscriber& subscriber, bool& more) {
  const auto rows = keeper->rows();
  const auto next = subscriber.next_flip, most = options.changes_a_turn;
  const auto flips = subscriber.stream
                         ? projections::measures::flips_of(*rows, *subscriber.stream, next, most)
                         : projections::measures::flips_from(*rows, next, most);
  if (!flips) return false;
  for (const auto& flip : *flips) {
    subscriber.next_flip = flip.sequence + 1;
    const auto from = subscriber.from.next_offset(flip.position.partition);
    if (flip.sequence < subscriber.flips_then && from && flip.position.offset < *from) continue;
    if (!record(subscriber, flip)) return false;
    if (!subscriber.sink->write("event: measure\ndata: " + to_json(flip, sources.log_id) + "\n\n"))
      return false;
    subscriber.silent_since = std::chrono::steady_clock::now();
  }
  more |= flips->size() == options.changes_a_turn;
  return true;
}

bool LiveHub::State::keep_alive(Subscriber& subscriber) {
  const auto now = std::chrono::steady_clock::now();
  if (now - subscriber.silent_since < options.heartbeat) return true;
  subscriber.silent_since = now;
  return subscriber.sink->write(": alive\n\n");
}

void LiveHub::State::run(std::stop_token stop) {
  bool more = false;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      if (!more) {
        changed.wait_for(lock, stop, options.heartbeat / 3,
                         [&] { return progress || !arriving.empty(); });
      }
      progress = false;
      subscribed.splice(subscribed.end(), arriving);
    }
    more = false;
    std::size_t gone = 0;
    for (auto at = subscribed.begin(); at != subscribed.end();) {
      if (feed(*at, more)) {
        ++at;
        continue;
      }
      at->sink->close();
      at = subscribed.erase(at);
      ++gone;
    }
    const std::lock_guard lock(mutex);
    subscribers -= gone;
  }
}

LiveHub::LiveHub(const LiveOptions& options, const Sources& sources)
    : state_(std::make_shared<State>(options, sources)) {
  state_->thread = std::jthread([state = state_.get()](std::stop_token stop) { state->run(stop); });
  sources.shards.on_progress([held = std::weak_ptr<State>(state_)](PartitionId, Offset) {
    const auto state = held.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex);
    state->progress = true;
    state->changed.notify_one();
  });
}

LiveHub::~LiveHub() {
  // Joined here and not in State's destructor: that one may run on a worker's thread.
  state_->thread.request_stop();
  state_->thread.join();
  for (auto* all : {&state_->subscribed, &state_->arriving}) {
    for (auto& subscriber : *all) subscriber.sink->close();
  }
}

bool LiveHub::has_room() const {
  const std::lock_guard lock(state_->mutex);
  return state_->subscribers < state_->options.subscribers_max;
}

void LiveHub::follow(projections::measures::Keeper& keeper) {
  state_->keeper = &keeper;
  keeper.on_written([held = std::weak_ptr<State>(state_)] {
    const auto state = held.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex);
    state->progress = true;
    state->changed.notify_one();
  });
}

events::Status LiveHub::subscribe(std::shared_ptr<ChunkSink> sink, PositionToken from,
                                  std::optional<StreamKey> stream, LiveListener listener,
                                  bool moved_before) {
  Subscriber subscriber{std::move(sink), from, stream, std::move(listener),
                        std::chrono::steady_clock::now()};
  subscriber.from = std::move(from);
  if (state_->keeper != nullptr) {
    const auto next = projections::measures::next_flip(*state_->keeper->rows());
    if (!next) return next.error();
    subscriber.flips_then = *next;
    const auto back = stream ? *next : std::min(*next, state_->options.moves_back_max);
    subscriber.next_flip = moved_before ? *next - back : *next;
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->subscribers >= state_->options.subscribers_max) {
    return events::Error{events::ErrorCode::overloaded, "too many live subscribers; try again", {}};
  }
  ++state_->subscribers;
  state_->arriving.push_back(std::move(subscriber));
  state_->changed.notify_one();
  return {};
}

namespace {

// The token asked for; nothing: from now. Last-Event-ID is the later word.
Result<std::optional<PositionToken>> since(const Sources& sources,
                                           const ops::http::Request& request) {
  const auto* text = request.header("last-event-id");
  if (text == nullptr) text = request.parameter("since");
  if (text == nullptr) return std::optional<PositionToken>();
  auto token = PositionToken::parse(*text);
  if (!token) return token.error();
  if (auto there = check_position(sources, *token); !there) return there.error();
  return std::optional(std::move(*token));
}

PositionToken start(const Sources& sources, const std::optional<PositionToken>& since,
                    const std::optional<StreamKey>& stream) {
  PositionToken from(sources.log_id);
  const auto begin_at = [&](PartitionId partition) {
    const Offset next = since ? since->next_offset(partition).value_or(Offset{0})
                              : sources.shards.shard(partition).next_offset();
    from.see_next(partition, next);
  };
  if (stream) {
    begin_at(sources.shards.shard_of(*stream).partition());
    return from;
  }
  for (std::uint32_t i = 0; i < sources.shards.count(); ++i) begin_at({i});
  return from;
}

std::vector<ops::http::ParameterText> live_parameters() {
  return {
      {"patient", "the id of a Patient: only changes of that record", ops::http::schema::fhir_id},
      {"since", "a position token: from there on; else from now", ops::http::schema::position},
      min_position_text()};
}

ops::http::Response live(const Sources& sources, LiveHub& hub, const ops::http::Request& request) {
  const auto* patient = request.parameter("patient");
  const ops::auth::Question question{ops::auth::Access::feed, "live",
                                     patient ? std::string_view(*patient) : std::string_view()};
  if (auto begun = begin_read(sources, request, question, names_of(live_parameters())); !begun) {
    return ops::http::problem_response(begun.error());
  }
  std::optional<StreamKey> stream;
  if (patient != nullptr) {
    if (!events::is_fhir_id(*patient)) {
      return ops::http::problem_response(
          events::invalid("parameter patient: not an id; give the Patient's id", "patient"));
    }
    stream = patient_stream_key(sources, *patient);
  }
  const auto token = since(sources, request);
  if (!token) return ops::http::problem_response(token.error());
  if (!hub.has_room()) {
    return ops::http::problem_response(
        {events::ErrorCode::overloaded, "too many live subscribers; try again", {}});
  }
  const PositionToken from = start(sources, *token, stream);
  ops::http::Response response;
  response.with("Content-Type", "text/event-stream").with("Cache-Control", "no-store");
  LiveListener listener{request.principal, request.request_id, request.target};
  response.stream = [&hub, from, stream, listener,
                     past = token->has_value()](std::shared_ptr<ChunkSink> sink) {
    // The place it starts from goes first, so that a client that is cut off before the
    // first change can still resume without a gap.
    sink->write("id: " + from.text() + "\n: from here\n\n");
    if (!hub.subscribe(sink, from, stream, listener, past)) sink->close();
  };
  return with_position(std::move(response), from);
}

}  // namespace

void add_live_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub) {
  router.add(
      "GET", "/live",
      [&](const ops::http::Request& request) { return live(sources, hub, request); },
      {"Committed changes, and who moved in measures, as server-sent events, from any position",
       live_parameters(), "text/event-stream"});
}

}  // namespace query
