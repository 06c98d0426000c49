#include "query/subscriptions/sockets.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace query::subscriptions {
namespace {

constexpr std::chrono::seconds slowest{60};  // for one message
constexpr std::string_view bind = "bind-with-token ";

}  // namespace

void Sockets::opened(std::uint64_t key, std::shared_ptr<ops::http::WebSocket> wire) {
  all_[key].wire = std::move(wire);
}

void Sockets::said(std::uint64_t key, const std::string& text, Roster& roster, Time now) {
  const auto found = all_.find(key);
  if (found == all_.end()) return;
  std::vector<std::string> ids;
  if (text.starts_with(bind))
    ids = tokens_.find(text.substr(bind.size()), BindingTokens::Clock::now());
  for (const auto& id : ids) {
    const auto* subscriber = roster.find(id);
    if (subscriber == nullptr || subscriber->what.channel != Channel::websocket) continue;
    found->second.bound[id] = {subscriber->delivered, false, now};
  }
  if (!ids.empty()) return;
  found->second.wire->close();
}

void Sockets::drained(std::uint64_t key, Roster& roster, Time now) {
  const auto found = all_.find(key);
  if (found == all_.end()) return;
  Socket& socket = found->second;
  socket.busy = false;
  if (socket.sending.empty()) return;
  const std::string id = std::exchange(socket.sending, {});
  const auto bound = socket.bound.find(id);
  if (bound != socket.bound.end()) {
    bound->second.sent = socket.sending_last;
    bound->second.quiet_since = now;
  }
  auto* subscriber = roster.find(id);
  if (subscriber == nullptr || subscriber->delivered >= socket.sending_last) return;
  subscriber->delivered = socket.sending_last;
  if (auto kept = book_.set_delivered(id, subscriber->delivered); !kept)
    spdlog::warn("subscription cursor not kept id={} reason=\"{}\"", id, kept.error().message);
}

Sockets::Step Sockets::due(const Subscriber& subscriber, const Bound& bound, Time now) {
  if (!bound.greeted) return Step::handshake;
  if (bound.sent < subscriber.feed.cursor.last) return Step::events;
  const auto heartbeat = subscriber.what.heartbeat;
  const bool is_quiet = heartbeat.count() > 0 && now - bound.quiet_since >= heartbeat;
  return is_quiet ? Step::heartbeat : Step::nothing;
}

// The next in turn that has something to say; false: the socket is of no more use.
bool Sockets::send_next(Socket& socket, Roster& roster, const Make& make, Time now) {
  auto at = socket.bound.upper_bound(socket.turn);
  for (std::size_t left = socket.bound.size(); left > 0; --left, ++at) {
    if (at == socket.bound.end()) at = socket.bound.begin();
    auto& [id, bound] = *at;
    const auto* subscriber = roster.find(id);
    if (subscriber == nullptr || !subscriber->is_on()) continue;
    const auto step = due(*subscriber, bound, now);
    if (step == Step::nothing) continue;
    auto batch = make(*subscriber, step, bound.sent);
    if (!batch && batch.error().code == events::ErrorCode::unavailable) continue;
    if (!batch) {
      spdlog::warn("subscription not delivered id={} reason=\"{}\"", id, batch.error().message);
      return false;
    }
    bound.greeted = true;
    bound.quiet_since = now;
    socket.turn = id;
    socket.busy = true;
    socket.busy_since = now;
    if (step == Step::events) {
      socket.sending = id;
      socket.sending_last = batch->last;
    }
    return socket.wire->send(std::move(batch->bundle));
  }
  return true;
}

void Sockets::deliver(Roster& roster, const Make& make, Time now) {
  for (auto at = all_.begin(); at != all_.end();) {
    Socket& socket = at->second;
    const bool too_slow = socket.busy && now - socket.busy_since > slowest;
    if (!too_slow && (socket.busy || send_next(socket, roster, make, now))) {
      ++at;
      continue;
    }
    socket.wire->close();
    at = all_.erase(at);
  }
}

void Sockets::rewind(const std::string& id, std::uint64_t sent) {
  for (auto& [key, socket] : all_) {
    const auto bound = socket.bound.find(id);
    if (bound != socket.bound.end()) bound->second.sent = std::min(bound->second.sent, sent);
    if (socket.sending == id) socket.sending.clear();  // its end is no step forward
  }
}

}  // namespace query::subscriptions
