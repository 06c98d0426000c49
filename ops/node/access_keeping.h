// Keeps the access log as long as it must be kept, and no longer: a thread that lets go what is
// due when the node starts, and every hour.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "projections/access/access_trimmer.h"

namespace ops::node {

class AccessKeeping {
 public:
  // All outlive this.
  AccessKeeping(projections::access::TrimmerOptions options, events::EventLog& log,
                projections::access::AccessModel& model, const events::Secrets& secrets);
  ~AccessKeeping();

  // Why the last try did not end well; empty: it did.
  std::string problem() const;

 private:
  void run(const std::stop_token& stop);

  projections::access::AccessTrimmer trimmer_;  // the thread's own

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable_any stopping_;
  std::string problem_;

  std::jthread thread_;  // last: the others are there while it runs
};

}  // namespace ops::node
