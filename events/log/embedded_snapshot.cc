#include "events/log/embedded_snapshot.h"

#include <fmt/format.h>

#include <thread>

#include "events/check.h"
#include "events/log/embedded_store.h"

namespace events {
namespace {

class SnapshotReader final : public LogReader {
 public:
  SnapshotReader(const EmbeddedStore& store, PartitionId partition, Offset from, Offset end)
      : store_(store), partition_(partition), next_(from), end_(end) {}

  Result<std::vector<LogRecord>> next(std::size_t bytes_max,
                                      std::chrono::milliseconds wait) override {
    if (next_ >= end_) {
      std::this_thread::sleep_for(wait);  // who follows a log asks again at once
      return std::vector<LogRecord>();
    }
    auto records = store_.read(partition_, next_, end_, bytes_max);
    if (records) next_ = records->back().offset.next();
    return records;
  }

 private:
  const EmbeddedStore& store_;
  const PartitionId partition_;
  Offset next_;
  const Offset end_;
};

class EmbeddedSnapshot final : public EventLog {
 public:
  EmbeddedSnapshot(std::unique_ptr<EmbeddedStore> store, std::vector<Offset> ends)
      : store_(std::move(store)), ends_(std::move(ends)) {}

  std::uint32_t partition_count() const override {
    return static_cast<std::uint32_t>(ends_.size());
  }
  void append(PartitionId, std::string_view, std::string_view, AppendDone done) override {
    done({Delivery::not_persisted, {}, {}, write_problem()});
  }
  Result<std::unique_ptr<LogReader>> read(PartitionId partition, Offset from) override {
    CHECK(partition.value < ends_.size());
    return std::unique_ptr<LogReader>(
        std::make_unique<SnapshotReader>(*store_, partition, from, ends_[partition.value]));
  }
  Result<Offset> end(PartitionId partition) override {
    CHECK(partition.value < ends_.size());
    return ends_[partition.value];
  }
  std::string write_problem() const override { return "the log was opened to be read only"; }

 private:
  const std::unique_ptr<EmbeddedStore> store_;
  const std::vector<Offset> ends_;
};

}  // namespace

Result<std::unique_ptr<EventLog>> open_embedded_snapshot(const EmbeddedLogOptions& options) {
  const auto records = options.directory / "records";
  if (!EmbeddedStore::exists(records)) {
    return Error{
        ErrorCode::not_found,
        fmt::format("{}: there is no log; name the folder of a node", options.directory.string()),
        {}};
  }
  auto store = EmbeddedStore::open_to_read(records);
  if (!store) return store.error();
  std::vector<Offset> ends(options.partitions);
  for (std::uint32_t i = 0; i < options.partitions; ++i) {
    const auto last = (*store)->last({i});
    if (!last) return last.error();
    if (*last) ends[i] = (*last)->offset.next();
  }
  return std::unique_ptr<EventLog>(
      std::make_unique<EmbeddedSnapshot>(std::move(*store), std::move(ends)));
}

}  // namespace events
