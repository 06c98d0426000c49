#include "query/subscriptions/scribe.h"

namespace query::subscriptions {

Scribe::~Scribe() { thread_ = {}; }

void Scribe::write(Entry entry, Done done) {
  const std::lock_guard lock(mutex_);
  queue_.emplace_back(std::move(entry), std::move(done));
  changed_.notify_one();
}

void Scribe::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !queue_.empty(); })) {
    auto [entry, done] = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    done(write_(entry.id, entry.version, entry.state, entry.error));
    lock.lock();
    if (stop.stop_requested()) return;
  }
}

}  // namespace query::subscriptions
