// Writes statuses of Subscriptions to the log, one after the other, on a thread of its own:
// the log may keep a writer waiting, and deliveries must not wait for that.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "query/subscriptions/hub.h"

namespace query::subscriptions {

class Scribe {
 public:
  struct Entry {
    std::string id;
    events::Version version;
    State state = State::requested;
    std::string error;
  };
  using Done = std::function<void(const events::Result<events::Version>&)>;

  explicit Scribe(WriteState write) : write_(std::move(write)) {}
  ~Scribe();
  // `done`: on the scribe's thread, unless it stops before.
  void write(Entry entry, Done done);

 private:
  void run(std::stop_token stop);

  const WriteState write_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_: at most one a subscription.
  std::deque<std::pair<Entry, Done>> queue_;
  std::jthread thread_{[this](std::stop_token stop) { run(stop); }};
};

}  // namespace query::subscriptions
