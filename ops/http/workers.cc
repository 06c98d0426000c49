#include "ops/http/workers.h"

#include <algorithm>

namespace ops::http {

Workers::Workers(int threads_max, std::size_t queued_max)
    : threads_max_(static_cast<std::size_t>(std::max(threads_max, 1))), queued_max_(queued_max) {}

Workers::~Workers() { finish(); }

bool Workers::submit(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    const bool all_busy = idle_ <= queue_.size();
    const bool may_grow = threads_.size() < threads_max_;
    if (finishing_ || (all_busy && !may_grow && queue_.size() >= queued_max_)) return false;
    if (all_busy && may_grow) threads_.emplace_back([this] { run(); });
    queue_.push_back(std::move(job));
  }
  work_.notify_one();
  return true;
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(lock, [this] { return finishing_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    auto job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds is freed without the lock
    lock.lock();
  }
}

void Workers::finish() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    threads.swap(threads_);
  }
  work_.notify_all();
  for (auto& thread : threads) thread.join();
}

}  // namespace ops::http
