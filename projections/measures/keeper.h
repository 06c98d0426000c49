// The thread that keeps the measures current: woken by the shards' progress, it follows them and,
// where nothing is new, goes on with what is to be filled. Writes are never waited for by whoever
// sends an event.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "events/secrets.h"
#include "projections/measures/evaluator.h"
#include "projections/shards.h"

namespace projections::measures {

class Keeper {
 public:
  // `directory`: the store's own. `shards` and `registry` outlive this.
  static Result<std::unique_ptr<Keeper>> open(const std::filesystem::path& directory,
                                              Shards& shards, const events::LogId& log,
                                              const events::Secret& log_secret,
                                              prometheus::Registry& registry);
  ~Keeper();  // after the turn at hand: flushes, stops

  // A snapshot of figures, for any thread.
  std::shared_ptr<const RowView> rows() const { return store_->snapshot(); }
  const Boards& boards() const { return evaluator_->boards(); }
  // Below it everything is in the rows; nothing that is asked for later is below an earlier answer.
  events::Offset next_offset(events::PartitionId partition) const {
    return evaluator_->next_offset(partition);
  }
  // False when `deadline` passes first.
  bool wait_for(events::PartitionId partition, events::Offset next,
                std::chrono::steady_clock::time_point deadline) const;
  // Waits until nothing is left to do; for tests and benchmarks.
  bool wait_until_idle(std::chrono::steady_clock::time_point deadline) const;
  // Called on the keeper's thread after each turn that wrote; must not block. Set before writes
  // come.
  void on_written(std::function<void()> callback);

 private:
  struct Wake;
  Keeper(std::unique_ptr<Store> store, std::unique_ptr<EvaluationMetrics> metrics,
         std::unique_ptr<Evaluator> evaluator, Shards& shards);
  void run(std::stop_token stop);
  bool turn_all(std::stop_token stop);
  bool follow(events::PartitionId partition);
  bool fill();
  void wrote();
  void say(const char* what, events::PartitionId partition, const events::Error& error);
  void flush_if_due();

  const std::unique_ptr<Store> store_;
  const std::unique_ptr<EvaluationMetrics> metrics_;
  const std::unique_ptr<Evaluator> evaluator_;
  Shards& shards_;
  std::shared_ptr<Wake> wake_;  // also held by the shards' callback, which may come late
  std::uint32_t filling_ = 0;   // the partition whose turn it is
  std::uint64_t turns_ = 0;     // since the last flush
  std::string said_;            // the last error, so that it is said once

  mutable std::mutex mutex_;
  mutable std::condition_variable_any done_;
  std::function<void()> written_;  // guarded by mutex_
  bool idle_ = false;              // guarded by mutex_

  std::jthread thread_;
};

}  // namespace projections::measures
