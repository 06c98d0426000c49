// One subscription as the hub's thread keeps it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "query/subscriptions/notification.h"
#include "query/subscriptions/numbering.h"
#include "query/subscriptions/schedule.h"

namespace query::subscriptions {

struct Subscriber {
  Feed feed;
  Subscription what;
  std::string fault;  // why the document cannot be served; empty: it can
  Schedule schedule{std::chrono::seconds(0), false, {}};
  std::uint64_t delivered = 0;
  events::Version alive;  // the version that the last handshake was for, as the book has it
  events::Version own;    // the last version that was written by us

  bool stale = false;         // the resource has changed: read it when nothing is under way
  bool writing = false;       // a status is on its way to the log
  Schedule::Time write_at{};  // no status before
  std::optional<std::uint64_t> rewind;  // go back to there when nothing is under way

  bool is_on() const { return fault.empty() && what.state != State::off; }
  bool has_events() const { return delivered < feed.cursor.last; }
  // How it is now, which the resource says a little later.
  State state() const {
    if (what.state == State::off) return State::off;
    if (!fault.empty() || schedule.failures() > 0) return State::error;
    return schedule.alive() ? State::active : State::requested;
  }
  StatusFacts facts() const {
    return {feed.id,
            what.topic.canonical,
            std::string(to_string(state())),
            feed.cursor.last,
            fault.empty() ? schedule.error() : fault,
            feed.cursor.last - std::min(delivered, feed.cursor.last)};
  }
  // What the resource should say; nothing: as it is.
  std::optional<State> wanted(std::uint32_t failures_to_error) const {
    if (what.state == State::off) return std::nullopt;
    std::optional<State> state;
    if (!fault.empty() || schedule.failures() >= failures_to_error) state = State::error;
    if (fault.empty() && schedule.alive() && schedule.failures() == 0) state = State::active;
    return state == what.state ? std::nullopt : state;
  }
};

}  // namespace query::subscriptions
