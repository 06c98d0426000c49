// Which subscriptions there are: read from the stream `other/Subscription`, and told by the
// log when one changes. For the hub's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "query/subscriptions/subscriber.h"

namespace query::subscriptions {

class Roster {
 public:
  using Clock = Schedule::Clock;
  // All outlive this.
  Roster(const Sources& sources, NumberBook& book, const Rules& rules);

  // All that are there. Numbers of those that are not are forgotten. unavailable until the rows
  // have reached the end that the log had at the first call: after a start they are on their
  // way, and a subscription that is not there yet is not one that was deleted.
  events::Status load();
  // Marks as stale what the log has changed since; adds what is new.
  events::Status follow();
  // Reads a stale one again; drops one that is gone.
  events::Status refresh(const std::string& id, Clock::time_point now);

  std::map<std::string, std::unique_ptr<Subscriber>>& all() { return all_; }
  Subscriber* find(const std::string& id);

 private:
  struct Life;
  events::Result<std::optional<Life>> life_of(const std::string& id) const;
  events::Status begin(Subscriber& subscriber, const Life& life);
  void adopt(Subscriber& subscriber, const Life& life, Clock::time_point now);

  const Sources& sources_;
  NumberBook& book_;
  const Rules& rules_;
  const events::StreamKey stream_;
  std::optional<events::Offset> end_;  // of the stream's partition at the first load()
  events::Offset next_;  // of the stream's partition: not looked at yet
  std::map<std::string, Entry> entries_;  // as the book had them at the start
  std::map<std::string, std::unique_ptr<Subscriber>> all_;
};

}  // namespace query::subscriptions
