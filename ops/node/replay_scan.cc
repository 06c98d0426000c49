#include "ops/node/replay_scan.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>
#include <vector>

namespace ops::node {
namespace {

using events::PartitionId;

class Scanner {
 public:
  Scanner(ReplayLog& log, const query::replay::Filter& filter, LogProgress& progress,
          const MakeListener& make)
      : log_(log), filter_(filter), progress_(progress), make_(make) {}

  events::Result<projections::ReplayFigures> run() {
    const auto threads = std::max(1u, std::thread::hardware_concurrency());
    {
      std::vector<std::jthread> all;
      for (unsigned i = 0; i < threads; ++i) all.emplace_back([this] { work(); });
    }
    if (!failed_.message.empty()) return failed_;
    return figures_;
  }

 private:
  void work() {
    while (true) {
      const PartitionId partition{next_++};
      if (partition.value >= log_.clinical->partition_count()) return;
      const auto read = one(partition);
      const std::lock_guard lock(mutex_);
      if (!read) {
        failed_ = read.error();
        failed_.message = fmt::format("partition {}: {}", partition.value, failed_.message);
        next_ = log_.clinical->partition_count();
        return;
      }
      figures_.records += read->records;
      figures_.events += read->events;
    }
  }
  events::Result<projections::ReplayFigures> one(PartitionId partition) {
    auto options =
        filter_.options(partition, log_.secrets.log_secret, log_.clinical->partition_count());
    if (!options) return projections::ReplayFigures{};
    options->progress = [this](std::uint64_t records) { progress_.add(records); };
    const auto listener = make_(partition);
    auto figures = projections::replay_log(*log_.clinical, *log_.opener, partition, *options,
                                           [&](const projections::ReplayedEvent& told) {
                                             return filter_.takes(told.event) ? listener->take(told)
                                                                              : events::Status();
                                           });
    if (!figures) return figures;
    if (auto done = listener->done(); !done) return done.error();
    return figures;
  }

  ReplayLog& log_;
  const query::replay::Filter& filter_;
  LogProgress& progress_;
  const MakeListener& make_;
  std::atomic<std::uint32_t> next_ = 0;
  std::mutex mutex_;
  // Guarded by mutex_.
  projections::ReplayFigures figures_;
  events::Error failed_;
};

}  // namespace

events::Result<projections::ReplayFigures> scan_log(ReplayLog& log,
                                                    const query::replay::Filter& filter,
                                                    LogProgress& progress,
                                                    const MakeListener& make) {
  return Scanner(log, filter, progress, make).run();
}

}  // namespace ops::node
