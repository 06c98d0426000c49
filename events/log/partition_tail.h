// Where a partition's readers wait for its end to move.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "events/ids.h"

namespace events {

class PartitionTail {
 public:
  Offset end() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }

  void advance(Offset end) {
    {
      const std::lock_guard lock(mutex_);
      end_ = end;
    }
    moved_.notify_all();
  }

  // The end once it is not `offset` any more, or as it is after `wait`.
  Offset wait_past(Offset offset, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    moved_.wait_for(lock, wait, [&] { return end_ != offset; });
    return end_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  Offset end_;  // guarded by mutex_
};

}  // namespace events
