#include "events/log/embedded_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "events/check.h"
#include "events/log/embedded_store.h"
#include "events/log/log_head.h"
#include "events/log/partition_tail.h"
#include "events/log/synced_ends.h"

namespace events {
namespace {

using std::chrono::steady_clock;

// Of key and value together, as with the topic's max.message.bytes.
constexpr std::size_t record_bytes_max = 1u << 20;
constexpr auto ends_sync_interval = std::chrono::seconds(1);

struct Waiting {
  PartitionId partition;
  StoredRecord record;
  AppendDone done;
  std::size_t bytes() const { return record.bytes().size() + sizeof(Waiting); }
};

class EmbeddedReader final : public LogReader {
 public:
  EmbeddedReader(const EmbeddedStore& store, PartitionTail& tail, PartitionId partition,
                 Offset from)
      : store_(store), tail_(tail), partition_(partition), next_(from) {}

  Result<std::vector<LogRecord>> next(std::size_t bytes_max,
                                      std::chrono::milliseconds wait) override {
    const Offset end = tail_.wait_past(next_, wait);
    if (next_ > end || next_ < Offset{}) {
      return corrupt(
          fmt::format("partition {} ends at offset {}, so there is nothing to read from {}",
                      partition_.value, end.value, next_.value));
    }
    if (next_ == end) return std::vector<LogRecord>();
    auto records = store_.read(partition_, next_, end, bytes_max);
    if (records) next_ = records->back().offset.next();
    return records;
  }

 private:
  const EmbeddedStore& store_;
  PartitionTail& tail_;
  const PartitionId partition_;
  Offset next_;
};

class EmbeddedLog final : public EventLog, public LogHead {
 public:
  EmbeddedLog(const EmbeddedLogOptions& options, SyncedEnds ends,
              std::unique_ptr<EmbeddedStore> store, std::vector<KnownTime> last_times)
      : options_(options),
        store_(std::move(store)),
        tails_(options.partitions),
        synced_ends_(std::move(ends)),
        ends_(synced_ends_.ends()),
        last_times_(std::move(last_times)) {
    for (std::size_t i = 0; i < tails_.size(); ++i) tails_[i].advance(ends_[i]);
    appender_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  // What was queued is still appended and answered.
  ~EmbeddedLog() override {
    appender_.request_stop();
    appender_.join();
  }

  std::uint32_t partition_count() const override { return options_.partitions; }

  void append(PartitionId partition, std::string_view key, std::string_view value,
              AppendDone done) override {
    CHECK(partition.value < options_.partitions);
    if (key.size() + value.size() > record_bytes_max) {
      return done({Delivery::not_persisted,
                   {},
                   {},
                   fmt::format("a record of {} bytes is over the limit of {}",
                               key.size() + value.size(), record_bytes_max)});
    }
    Waiting waiting{partition, StoredRecord(key, value), std::move(done)};
    if (!enqueue(waiting))
      waiting.done({Delivery::not_persisted, {}, {}, "the log's queue is full"});
  }

  Result<std::unique_ptr<LogReader>> read(PartitionId partition, Offset from) override {
    CHECK(partition.value < options_.partitions);
    return std::unique_ptr<LogReader>(
        std::make_unique<EmbeddedReader>(*store_, tails_[partition.value], partition, from));
  }

  Result<Offset> end(PartitionId partition) override {
    CHECK(partition.value < options_.partitions);
    return tails_[partition.value].end();
  }

  std::string write_problem() const override { return {}; }  // an error ends the process

  Result<Offset> first(PartitionId partition) override {
    CHECK(partition.value < options_.partitions);
    const Offset end = tails_[partition.value].end();
    const auto record = store_->first(partition);
    if (!record) return record.error();
    return *record ? std::min((*record)->offset, end) : end;
  }
  Status cut(PartitionId partition, Offset below) override {
    CHECK(partition.value < options_.partitions);
    // The newest record stays: it tells where the partition ends.
    if (below >= tails_[partition.value].end())
      return invalid(fmt::format("partition {} cannot be cut at offset {}: it ends there",
                                 partition.value, below.value));
    store_->remove_below(partition, below);
    return {};
  }

  LogFigures figures() const override {
    const std::lock_guard lock(mutex_);
    return {records_, groups_, bytes_, queued_bytes_};
  }

 private:
  bool enqueue(Waiting& waiting) {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = waiting.bytes();
    if (queued_bytes_ + bytes > options_.queue_bytes_max) return false;
    queued_bytes_ += bytes;
    queue_.push_back(std::move(waiting));
    arrived_.notify_one();
    return true;
  }

  void run(const std::stop_token& stop) {
    std::vector<Waiting> taken;
    while (take(taken, stop)) {
      for (std::span<Waiting> rest = taken; !rest.empty();) rest = rest.subspan(append_group(rest));
      taken.clear();
      sync_ends_if_due();
    }
  }

  // False once stopped and empty. May return with nothing when the ends are due.
  bool take(std::vector<Waiting>& taken, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto work = [this] { return !queue_.empty(); };
    if (ends_synced_) {
      arrived_.wait(lock, stop, work);
    } else {
      arrived_.wait_for(lock, stop, ends_sync_interval, work);
    }
    taken.swap(queue_);
    return !taken.empty() || !stop.stop_requested();
  }

  // Makes the first of `waiting` durable together and answers them; returns how many.
  std::size_t append_group(std::span<Waiting> waiting) {
    const KnownTime now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
    std::vector<StoredAt> group;
    std::vector<Appended> answers;
    std::size_t bytes = 0;
    for (Waiting& one : waiting) {
      if (!group.empty() && bytes + one.bytes() > options_.group_bytes_max) break;
      bytes += one.bytes();
      answers.push_back(place(one, now));
      group.push_back({answers.back().position, one.record.bytes()});
    }
    store_->write(group);
    synced_ends_.write(ends_);
    ends_synced_ = false;

    for (const Appended& answer : answers) {
      tails_[answer.position.partition.value].advance(answer.position.offset.next());
    }
    count(group, bytes);
    for (std::size_t i = 0; i < answers.size(); ++i) waiting[i].done(answers[i]);
    return group.size();
  }

  // The clock of a partition never runs back, whatever the system's does.
  Appended place(Waiting& waiting, KnownTime now) {
    const std::uint32_t partition = waiting.partition.value;
    KnownTime& time = last_times_[partition];
    time = std::max(time, now);
    waiting.record.set_append_time(time);
    const Position position{waiting.partition, ends_[partition]};
    ends_[partition] = ends_[partition].next();
    return {Delivery::persisted, position, time, {}};
  }

  void count(std::span<const StoredAt> group, std::size_t queued) {
    const std::lock_guard lock(mutex_);
    records_ += group.size();
    groups_ += 1;
    for (const StoredAt& record : group) bytes_ += record.bytes.size();
    queued_bytes_ -= queued;
  }

  void sync_ends_if_due() {
    const auto now = steady_clock::now();
    if (ends_synced_ || now - ends_synced_at_ < ends_sync_interval) return;
    synced_ends_.sync();
    ends_synced_ = true;
    ends_synced_at_ = now;
  }

  const EmbeddedLogOptions options_;
  const std::unique_ptr<EmbeddedStore> store_;
  std::vector<PartitionTail> tails_;

  // The appender's own.
  SyncedEnds synced_ends_;
  std::vector<Offset> ends_;
  std::vector<KnownTime> last_times_;
  bool ends_synced_ = true;
  steady_clock::time_point ends_synced_at_{};

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<Waiting> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t records_ = 0, groups_ = 0, bytes_ = 0;

  std::jthread appender_;  // last: the others are there while it runs
};

}  // namespace

Result<std::unique_ptr<EventLog>> open_embedded_log(const EmbeddedLogOptions& options) {
  CHECK(options.partitions > 0);
  std::error_code failed;
  std::filesystem::create_directories(options.directory, failed);
  if (failed)
    return unavailable(fmt::format("{}: {}", options.directory.string(), failed.message()));

  const auto witness = options.directory / "synced_ends";
  const auto records = options.directory / "records";
  // The witness is made before the records, so a crash never leaves these alone.
  if (EmbeddedStore::exists(records) && !SyncedEnds::exists(witness)) {
    return corrupt(
        fmt::format("{}: it is gone, so nobody can tell whether records are missing; restore it",
                    witness.string()));
  }
  auto ends = SyncedEnds::open(witness, options.partitions);
  if (!ends) return ends.error();
  auto store = EmbeddedStore::open(records, ends->ends());
  if (!store) return store.error();

  std::vector<Offset> found(options.partitions);
  std::vector<KnownTime> last_times(options.partitions);
  for (std::uint32_t i = 0; i < options.partitions; ++i) {
    auto last = (*store)->last({i});
    if (!last) return last.error();
    if (!*last) continue;
    found[i] = (*last)->offset.next();
    last_times[i] = (*last)->append_time;
  }
  ends->write(found);
  return std::unique_ptr<EventLog>(std::make_unique<EmbeddedLog>(
      options, std::move(*ends), std::move(*store), std::move(last_times)));
}

}  // namespace events
