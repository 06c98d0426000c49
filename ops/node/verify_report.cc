#include "ops/node/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace ops::node {
namespace {

using events::PartitionId;
using events::Result;
using events::proof::TrustedCheckpoint;

class Verification {
 public:
  Verification(const VerifyLog& log, const VerifyAgainst& against, const BytesRead& progress)
      : log_(log), against_(against), progress_(progress) {
    auto sorted = events::proof::sort_notes(against.notes, against.trusted, log.at_hand);
    report_.found = std::move(sorted.found);
    checkpoints_ = std::move(sorted.checkpoints);
  }

  Result<VerifyReport> run() {
    {
      const auto threads = std::max(1u, std::thread::hardware_concurrency());
      std::vector<std::jthread> all;
      for (unsigned i = 0; i < threads; ++i) all.emplace_back([this] { work(); });
    }
    if (failed_) return *failed_;
    for (auto& [partition, found] : by_partition_)
      std::move(found.begin(), found.end(), std::back_inserter(report_.found));
    return std::move(report_);
  }

 private:
  void work() {
    for (PartitionId partition{next_++}; partition.value < log_.at_hand.partitions;
         partition = {next_++}) {
      const auto checked = check(partition);
      const std::lock_guard lock(mutex_);
      if (!checked && !failed_) failed_ = checked.error();
      if (!checked) next_ = log_.at_hand.partitions;
    }
  }

  events::Status check(PartitionId partition) {
    const BytesRead count = [this](std::uint64_t bytes, std::uint64_t records) {
      bytes_ += bytes;
      progress_(bytes, records);
    };
    const auto read = read_partition(log_, partition, count);
    if (!read) return read.error();
    const auto tree = read_kept_leaves(against_.trees, partition);
    if (!tree) return tree.error();
    const auto of = checkpoints_.find(partition);
    const std::vector<TrustedCheckpoint> none;
    const auto& checkpoints = of == checkpoints_.end() ? none : of->second;
    auto found = events::proof::check_partition(read->leaves, checkpoints, *tree);
    if (!found) return found.error();
    note(*read, checkpoints, std::move(*found));
    if (against_.event && against_.event->partition == partition)
      prove(read->leaves, checkpoints, against_.event->offset);
    return {};
  }

  // By the newest checkpoint that holds the event and is what the log gives.
  void prove(const events::proof::PartitionLeaves& log,
             const std::vector<TrustedCheckpoint>& checkpoints, events::Offset offset) {
    const auto at = std::lower_bound(log.leaves.begin(), log.leaves.end(), offset,
                                     [](const events::proof::PlacedLeaf& one,
                                        events::Offset other) { return one.offset < other; });
    const auto index = static_cast<std::uint64_t>(at - log.leaves.begin());
    const bool there = at != log.leaves.end() && at->offset == offset;
    const auto* newest = there ? newest_right(log, index, checkpoints) : nullptr;
    const auto name = fmt::format("event {}:{}", log.origin.partition.value, offset.value);
    const std::lock_guard lock(mutex_);
    if (newest != nullptr) {
      report_.event = fmt::format("{}: proven, leaf {} of {}, signed by {}", name, index,
                                  newest->checkpoint.size, newest->signer);
      return;
    }
    report_.found.push_back(
        {there ? events::proof::Flaw::differs : events::proof::Flaw::dropped,
         name + (there ? ": no checkpoint that is right holds it" : ": there is no such record")});
  }

  // In one pass over the leaves: what these prove of one of them ends at their own root. There is
  // a checkpoint a second.
  static const TrustedCheckpoint* newest_right(const events::proof::PartitionLeaves& log,
                                               std::uint64_t index,
                                               const std::vector<TrustedCheckpoint>& checkpoints) {
    std::multimap<std::uint64_t, const TrustedCheckpoint*> by_size;
    for (const auto& one : checkpoints) by_size.emplace(one.checkpoint.size, &one);
    const TrustedCheckpoint* newest = nullptr;
    events::proof::RunningRoot running;
    auto next = by_size.upper_bound(index);
    for (const auto& one : log.leaves) {
      running.add(one.leaf);
      for (; next != by_size.end() && next->first == running.size(); ++next)
        if (running.root() == next->second->checkpoint.root) newest = next->second;
    }
    return newest;
  }

  void note(const ReadPartition& read, const std::vector<TrustedCheckpoint>& checkpoints,
            std::vector<events::proof::Finding> found) {
    std::uint64_t covered = 0;
    for (const auto& one : checkpoints) covered = std::max(covered, one.checkpoint.size);
    const std::lock_guard lock(mutex_);
    const std::uint64_t records = read.leaves.leaves.size();
    report_.records += records;
    report_.bytes = bytes_;
    report_.checkpoints += checkpoints.size();
    report_.uncovered += records > covered ? records - covered : 0;
    by_partition_[read.leaves.origin.partition] = std::move(found);
    report_.skipped.insert(report_.skipped.end(), read.skipped.begin(), read.skipped.end());
  }

  const VerifyLog& log_;
  const VerifyAgainst& against_;
  const BytesRead& progress_;
  std::map<PartitionId, std::vector<TrustedCheckpoint>> checkpoints_;
  std::atomic<std::uint32_t> next_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_.
  VerifyReport report_;
  std::map<PartitionId, std::vector<events::proof::Finding>> by_partition_;
  std::optional<events::Error> failed_;
};

}  // namespace

Result<VerifyReport> verify_log(const VerifyLog& log, const VerifyAgainst& against,
                                const BytesRead& progress) {
  return Verification(log, against, progress).run();
}

}  // namespace ops::node
