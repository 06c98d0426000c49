// The one thread that folds a partition: reads in order, judges, applies, writes rows and
// position together, then wakes who waits.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <semaphore>
#include <thread>

#include "projections/generation.h"
#include "projections/outcomes.h"
#include "projections/record_fold.h"
#include "projections/shards.h"

namespace projections {

// How many workers hold a batch at a time: the bound of their memory.
using FoldSlots = std::counting_semaphore<64>;

struct WorkerContext {
  const ShardsOptions& options;
  ProjectionList projections;
  events::EventLog& log;
  const events::Opener& opener;
  Outcomes& outcomes;
  FoldSlots& slots;
  prometheus::Registry& metrics;
  std::function<void(events::PartitionId, events::Offset)> progress;
};

class Worker final : public Shard {
 public:
  // What `context` refers to outlives this.
  Worker(WorkerContext context, events::PartitionId partition,
         std::shared_ptr<Generation> generation);
  ~Worker() override;  // after the batch at hand: flushes, stops
  Status start();
  void request_stop() { thread_.request_stop(); }  // so that many stop at a time

  events::PartitionId partition() const override { return partition_; }
  std::shared_ptr<const ShardView> view() const override;
  bool wait_for(events::Offset next, std::chrono::steady_clock::time_point deadline) const override;
  events::Offset next_offset() const override;
  std::string problem() const override;
  std::shared_ptr<const Generation> generation() const;
  // False: the shard surely never had a resource of that ledger hash.
  bool may_have(std::string_view id_hash) const { return ids_.may_have(id_hash); }

  // Both run on the worker's thread, between two batches.
  Status repair(const ParkedPatient& parked);
  // Brings `built` to where the live rows stand, then swaps it in and retires those. unavailable on
  // a stop: the live rows stay.
  Status adopt(std::shared_ptr<Generation> built, std::stop_token stop);

 private:
  using Task = std::packaged_task<Status()>;
  void run(std::stop_token stop);
  void fill_id_filter();
  void run_tasks();
  void step(std::stop_token stop);
  Result<std::unique_ptr<events::LogReader>> read_on();
  void fold(std::vector<events::LogRecord> records, std::stop_token stop);
  Status write(std::unique_ptr<RowBatch> batch, std::vector<Delivery>& deliveries);
  void hash_if_due();
  void stand_still(std::string why, std::stop_token stop);
  void set_problem(std::string why);
  Status ask(std::function<Status()> work);
  Status repair_here(const ParkedPatient& parked);
  Status adopt_here(std::shared_ptr<Generation> built, std::stop_token stop);
  void show_figures();

  const WorkerContext context_;
  const events::PartitionId partition_;
  ShardMetrics metrics_;
  IdFilter ids_;  // the worker adds, anybody asks

  // The worker's thread only.
  std::unique_ptr<RecordFold> fold_;
  std::unique_ptr<events::LogReader> reader_;
  std::uint64_t events_since_flush_ = 0;
  std::chrono::steady_clock::time_point figures_shown_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  // Guarded by mutex_.
  std::shared_ptr<Generation> generation_;
  events::Offset next_;
  std::string problem_;
  std::vector<Task> tasks_;
  bool closing_ = false;

  std::jthread thread_;  // last: the others are there while it runs
};

}  // namespace projections
