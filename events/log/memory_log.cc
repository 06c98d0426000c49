#include "events/log/memory_log.h"

#include <fmt/format.h>

#include "events/check.h"

namespace events {

class MemoryLog::Reader final : public LogReader {
 public:
  Reader(MemoryLog& log, PartitionId partition, Offset from)
      : log_(log), partition_(partition), next_(from) {}

  Result<std::vector<LogRecord>> next(std::size_t bytes_max,
                                      std::chrono::milliseconds wait) override {
    std::unique_lock lock(log_.mutex_);
    if (log_.stalled_reads_ > 0) {
      --log_.stalled_reads_;
      return std::vector<LogRecord>();
    }
    const auto& records = log_.partitions_[partition_.value];
    auto at_end = [&] { return next_.value == static_cast<std::int64_t>(records.size()); };
    log_.changed_.wait_for(lock, wait, [&] { return !at_end() || !log_.away_.empty(); });
    if (!log_.away_.empty()) return unavailable(log_.away_);
    if (next_.value < 0 || next_.value > static_cast<std::int64_t>(records.size())) {
      return corrupt(fmt::format("partition {} ends at {}, before offset {} that was read up to",
                                 partition_.value, records.size(), next_.value));
    }
    if (next_ < log_.firsts_[partition_.value])
      return corrupt(fmt::format("partition {} begins at {}, after offset {}", partition_.value,
                                 log_.firsts_[partition_.value].value, next_.value));
    std::vector<LogRecord> taken;
    std::size_t bytes = 0;
    while (!at_end()) {
      const LogRecord& record = records[static_cast<std::size_t>(next_.value)];
      bytes += record.key.size() + record.value.size();
      if (!taken.empty() && bytes > bytes_max) break;
      taken.push_back(record);
      next_ = next_.next();
    }
    return taken;
  }

 private:
  MemoryLog& log_;
  const PartitionId partition_;
  Offset next_;
};

MemoryLog::MemoryLog(std::uint32_t partitions, std::size_t queue_bytes_max)
    : queue_bytes_max_(queue_bytes_max),
      partitions_(partitions),
      firsts_(partitions),
      deliverer_([this](std::stop_token stop) { deliver(std::move(stop)); }) {}

MemoryLog::~MemoryLog() {
  deliverer_.request_stop();
  deliverer_.join();
  for (auto* waiting : {&answered_, &queue_}) {
    for (Waiting& one : *waiting) {
      one.done(one.answer.value_or(Appended{Delivery::unknown, {}, {}, "the log was closed"}));
    }
  }
}

std::uint32_t MemoryLog::partition_count() const {
  return static_cast<std::uint32_t>(partitions_.size());  // fixed at construction
}

void MemoryLog::append(PartitionId partition, std::string_view key, std::string_view value,
                       AppendDone done) {
  CHECK(partition.value < partition_count());
  {
    std::lock_guard lock(mutex_);
    const std::size_t bytes = key.size() + value.size();
    if (queue_bytes_ + bytes <= queue_bytes_max_) {
      queue_bytes_ += bytes;
      queue_.push_back({partition, std::string(key), std::string(value), std::move(done), {}});
      changed_.notify_all();
      return;
    }
  }
  done({Delivery::not_persisted, {}, {}, "the log's queue is full"});
}

Result<std::unique_ptr<LogReader>> MemoryLog::read(PartitionId partition, Offset from) {
  CHECK(partition.value < partition_count());
  return std::unique_ptr<LogReader>(std::make_unique<Reader>(*this, partition, from));
}

Result<Offset> MemoryLog::end(PartitionId partition) {
  CHECK(partition.value < partition_count());
  std::lock_guard lock(mutex_);
  if (!away_.empty()) return unavailable(away_);
  return Offset{static_cast<std::int64_t>(partitions_[partition.value].size())};
}

std::string MemoryLog::write_problem() const {
  std::lock_guard lock(mutex_);
  return away_.empty() ? write_problem_ : away_;
}

Result<Offset> MemoryLog::first(PartitionId partition) {
  std::lock_guard lock(mutex_);
  if (!away_.empty()) return unavailable(away_);
  return firsts_[partition.value];
}

Status MemoryLog::cut(PartitionId partition, Offset below) {
  std::lock_guard lock(mutex_);
  if (!away_.empty()) return unavailable(away_);
  if (below.value > static_cast<std::int64_t>(partitions_[partition.value].size()))
    return invalid("cut past the end");
  firsts_[partition.value] = std::max(firsts_[partition.value], below);
  return {};
}

// Decides in append order under the lock, tells outside of it.
void MemoryLog::deliver(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    auto work = [this] {
      return (!hold_ && !queue_.empty()) || (!hold_answers_ && !answered_.empty());
    };
    if (!changed_.wait(lock, stop, work) || stop.stop_requested()) return;
    while (!hold_ && !queue_.empty()) {
      Waiting waiting = std::move(queue_.front());
      queue_.pop_front();
      queue_bytes_ -= waiting.key.size() + waiting.value.size();
      waiting.answer = settle(waiting);
      answered_.push_back(std::move(waiting));
    }
    changed_.notify_all();
    while (!hold_answers_ && !answered_.empty()) {
      Waiting waiting = std::move(answered_.front());
      answered_.pop_front();
      lock.unlock();
      waiting.done(*waiting.answer);
      lock.lock();
    }
  }
}

Appended MemoryLog::settle(Waiting& waiting) {
  if (!away_.empty()) return {Delivery::not_persisted, {}, {}, away_};
  if (faults_.empty())
    return land(waiting.partition, std::move(waiting.key), std::move(waiting.value));
  const Fault fault = faults_.front();
  faults_.pop_front();
  if (fault == Fault::not_persisted) return {Delivery::not_persisted, {}, {}, "refused by the log"};
  if (fault == Fault::unknown_landed) {
    land(waiting.partition, std::move(waiting.key), std::move(waiting.value));
  }
  return {Delivery::unknown, {}, {}, "no answer from the log"};
}

Appended MemoryLog::land(PartitionId partition, std::string key, std::string value) {
  auto& records = partitions_[partition.value];
  const Offset offset{static_cast<std::int64_t>(records.size())};
  const KnownTime now = now_.value_or(std::chrono::floor<Micros>(std::chrono::system_clock::now()));
  records.push_back({offset, now, std::move(key), std::move(value)});
  return {Delivery::persisted, {partition, offset}, now, {}};
}

void MemoryLog::fail_next(Fault fault, std::size_t appends) {
  std::lock_guard lock(mutex_);
  faults_.insert(faults_.end(), appends, fault);
}

void MemoryLog::hold() {
  std::lock_guard lock(mutex_);
  hold_ = true;
}

void MemoryLog::hold_answers() {
  std::lock_guard lock(mutex_);
  hold_answers_ = true;
}

void MemoryLog::release() {
  std::lock_guard lock(mutex_);
  hold_ = hold_answers_ = false;
  changed_.notify_all();
}

void MemoryLog::set_away(std::string why) {
  std::lock_guard lock(mutex_);
  away_ = std::move(why);
  changed_.notify_all();
}

void MemoryLog::stall_reads(std::size_t calls) {
  std::lock_guard lock(mutex_);
  stalled_reads_ = calls;
}

void MemoryLog::set_write_problem(std::string why) {
  std::lock_guard lock(mutex_);
  write_problem_ = std::move(why);
}

void MemoryLog::set_time(KnownTime now) {
  std::lock_guard lock(mutex_);
  now_ = now;
}

void MemoryLog::truncate(PartitionId partition, Offset end) {
  std::lock_guard lock(mutex_);
  partitions_[partition.value].resize(static_cast<std::size_t>(end.value));
  changed_.notify_all();
}

Offset MemoryLog::put(PartitionId partition, std::string key, std::string value) {
  std::lock_guard lock(mutex_);
  changed_.notify_all();
  return land(partition, std::move(key), std::move(value)).position.offset;
}

std::vector<LogRecord> MemoryLog::records(PartitionId partition) const {
  std::lock_guard lock(mutex_);
  return partitions_[partition.value];
}

std::size_t MemoryLog::waiting() const {
  std::lock_guard lock(mutex_);
  return queue_.size() + answered_.size();
}

}  // namespace events
