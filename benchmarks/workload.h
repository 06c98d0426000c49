// What the benchmarks send: Synthea's bundles where they are, else our own population.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace benchmarks {

struct WorkloadOptions {
  std::string synthea;        // ma42-*.bundles.ndjson.zst; empty: our generator
  std::uint64_t bundles = 0;  // patients; 0: all of Synthea's, 200 of our own
};

// Reads ahead on a thread of its own, a few bundles at a time: the workload may be larger
// than memory. The first two bundles are places and people who treat.
class Workload {
 public:
  explicit Workload(WorkloadOptions options);
  ~Workload();
  std::optional<std::string> next();  // nothing at the end; safe from any thread
  static std::size_t entries(const std::string& bundle);

 private:
  void read();
  bool push(std::string bundle);

  const WorkloadOptions options_;
  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool ended_ = false;
  bool stopping_ = false;

  std::thread reader_;
};

}  // namespace benchmarks
