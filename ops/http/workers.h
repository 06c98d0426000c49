// The threads that routes run on. Made when work comes and none is free, kept
// until the end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ops::http {

class Workers {
 public:
  Workers(int threads_max, std::size_t queued_max);
  ~Workers();  // finish()

  // False, and `job` is not taken, when the queue is full or finish() was called.
  bool submit(std::function<void()> job);
  // Runs what was submitted, then joins the threads.
  void finish();

 private:
  void run();

  const std::size_t threads_max_;
  const std::size_t queued_max_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool finishing_ = false;
};

}  // namespace ops::http
