#include "projections/shards.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <future>
#include <thread>

#include "events/check.h"
#include "events/splice.h"
#include "projections/catalog.h"
#include "projections/lookup.h"
#include "projections/rebuild.h"
#include "projections/same_log.h"
#include "projections/worker.h"

namespace projections {
namespace {

constexpr std::ptrdiff_t folding_at_once = 4;
constexpr int rebuilding_at_once = 2;
constexpr std::chrono::milliseconds log_patience{5000};

class OpenShards final : public Shards {
 public:
  OpenShards(const ShardsOptions& options, events::EventLog& log, const events::Opener& opener,
             prometheus::Registry& metrics)
      : options_(options),
        projections_(options.projections.empty() ? all_projections() : options.projections),
        log_(log),
        opener_(opener),
        metrics_(metrics),
        shared_(make_shared_resources(options.limits)),
        slots_(folding_at_once),
        lookup_(workers_, log, outcomes_) {}
  ~OpenShards() override {
    background_ = {};  // stops a rebuild first: it asks the workers
    for (const auto& worker : workers_) worker->request_stop();
    workers_.clear();
  }

  Status open();

  std::uint32_t count() const override { return static_cast<std::uint32_t>(workers_.size()); }
  const Shard& shard(events::PartitionId partition) const override {
    CHECK(partition.value < workers_.size());
    return *workers_[partition.value];
  }
  events::Lookup& lookup() override { return lookup_; }
  Result<std::string> document(const events::StreamKey& stream,
                               const VersionRow& row) const override;
  Result<std::string> raw_document(const events::StreamKey& stream,
                                   const VersionRow& row) const override;
  void on_progress(std::function<void(events::PartitionId, events::Offset)> callback) override {
    const std::lock_guard lock(callback_mutex_);
    auto all = callbacks_ ? *callbacks_ : std::vector<Callback>();
    all.push_back(std::move(callback));
    callbacks_ = std::make_shared<const std::vector<Callback>>(std::move(all));
  }
  Status repair(const ParkedPatient& parked) override {
    CHECK(parked.since.partition.value < workers_.size());
    return workers_[parked.since.partition.value]->repair(parked);
  }
  Status rebuild(const std::function<void(std::uint64_t, std::uint64_t)>& progress) override {
    std::vector<events::PartitionId> all;
    for (const auto& worker : workers_) all.push_back(worker->partition());
    return rebuild(all, progress, {});
  }

 private:
  using Callback = std::function<void(events::PartitionId, events::Offset)>;

  GenerationOptions generation_options(events::PartitionId partition) const {
    return {options_.directory / std::to_string(partition.value), projections_, shared_, false};
  }
  Result<std::shared_ptr<Generation>> open_current(events::PartitionId partition) const;
  Status check_against_log(const Generation& generation, events::PartitionId partition) const;
  Status rebuild(const std::vector<events::PartitionId>& partitions,
                 const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                 std::stop_token stop);
  void report(events::PartitionId partition, events::Offset next) const {
    std::shared_ptr<const std::vector<Callback>> callbacks;
    {
      const std::lock_guard lock(callback_mutex_);
      callbacks = callbacks_;
    }
    if (!callbacks) return;
    for (const Callback& callback : *callbacks) callback(partition, next);
  }

  const ShardsOptions options_;
  const ProjectionList projections_;
  events::EventLog& log_;
  const events::Opener& opener_;
  prometheus::Registry& metrics_;
  const std::shared_ptr<SharedResources> shared_;
  FoldSlots slots_;
  Outcomes outcomes_;
  std::vector<std::unique_ptr<Worker>> workers_;
  ShardLookup lookup_;

  std::mutex rebuilding_;  // one rebuild at a time
  RebuildMetrics rebuild_metrics_{metrics_};

  mutable std::mutex callback_mutex_;
  // Guarded by callback_mutex_.
  std::shared_ptr<const std::vector<Callback>> callbacks_;

  std::jthread background_;  // rebuilds shards whose projections have changed
};

Result<std::shared_ptr<Generation>> OpenShards::open_current(events::PartitionId partition) const {
  const auto options = generation_options(partition);
  std::error_code failure;
  std::filesystem::create_directories(options.shard_directory, failure);
  if (failure)
    return events::unavailable("cannot make " + options.shard_directory.string() + ": " +
                               failure.message());
  auto current = current_generation(options.shard_directory);
  if (!current) return current.error();
  auto number = current->value_or(1);
  auto generation = open_generation(options, number);
  const bool unreadable = !generation && generation.error().code == events::ErrorCode::unsupported;
  if (unreadable) generation = open_generation(options, ++number);  // from an empty one
  if (!generation) return generation.error();
  if (unreadable || !*current) {
    if (auto named = publish_generation(options.shard_directory, number); !named)
      return named.error();
  }
  remove_other_generations(options.shard_directory, number);
  return generation;
}

// The rows must be of this very log: not beyond its end, and the last record folded is
// still the record there.
Status OpenShards::check_against_log(const Generation& generation,
                                     events::PartitionId partition) const {
  auto position = read_position(*generation.store->latest());
  if (!position) return position.error();
  auto end = log_.end(partition);
  if (!end) return end.error();
  if (position->next > *end) {
    return events::Error{
        events::ErrorCode::precondition_failed,
        fmt::format("partition {}: the read models stand at offset {}, the log ends at {}: "
                    "it was made anew, or is an older copy; give the right log, or remove {}",
                    partition.value, position->next.value, end->value,
                    generation.directory.parent_path().string()),
        {}};
  }
  if (!position->last) return {};
  auto reader = log_.read(partition, *position->last);
  if (!reader) return reader.error();
  auto records = (*reader)->next(1, log_patience);
  if (!records) return records.error();
  if (records->empty()) {
    return events::unavailable(
        fmt::format("partition {}: the log ends at {}, but does not give its record at offset {} "
                    "now; try again when it answers",
                    partition.value, end->value, position->last->value));
  }
  return same_record(*position, records->front(), partition, generation.directory.parent_path());
}

Status OpenShards::open() {
  // All at a time: opening one is mostly waiting for the disk.
  std::vector<std::future<Result<std::shared_ptr<Generation>>>> opening;
  for (std::uint32_t i = 0; i < log_.partition_count(); ++i) {
    opening.push_back(std::async(std::launch::async, [this, i] { return open_current({i}); }));
  }
  std::vector<events::PartitionId> changed;
  for (std::uint32_t i = 0; i < log_.partition_count(); ++i) {
    const events::PartitionId partition{i};
    auto generation = opening[i].get();
    if (!generation) return generation.error();
    if (auto same = check_against_log(**generation, partition); !same) return same;
    for (const bool resting : (*generation)->resting) {
      if (resting && (changed.empty() || changed.back() != partition)) changed.push_back(partition);
    }
    WorkerContext context{
        options_,  projections_,
        log_,      opener_,
        outcomes_, slots_,
        metrics_,  [this](events::PartitionId of, events::Offset next) { report(of, next); }};
    workers_.push_back(
        std::make_unique<Worker>(std::move(context), partition, std::move(*generation)));
  }
  for (const auto& worker : workers_) {
    if (auto started = worker->start(); !started) return started;
  }
  if (changed.empty()) return {};
  spdlog::info("rebuild shards={} reason=\"projections have changed\"", changed.size());
  background_ = std::jthread([this, changed](std::stop_token stop) {
    auto built = rebuild(changed, {}, stop);
    if (!built) spdlog::error("rebuild failed reason=\"{}\"", built.error().message);
  });
  return {};
}

Status OpenShards::rebuild(const std::vector<events::PartitionId>& partitions,
                           const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                           std::stop_token stop) {
  const std::lock_guard one_at_a_time(rebuilding_);
  std::uint64_t end = 0;
  for (const auto partition : partitions) {
    auto of_log = log_.end(partition);
    if (!of_log) return of_log.error();
    end += static_cast<std::uint64_t>(of_log->value);
  }
  rebuild_metrics_.all.Set(static_cast<double>(end));
  rebuild_metrics_.done.Set(0);
  rebuild_metrics_.failed.Set(0);
  rebuild_metrics_.running.Set(1);
  std::mutex mutex;
  // Guarded by mutex.
  std::uint64_t done = 0;
  Status outcome;
  const auto more = [&](std::uint64_t records) {
    const std::lock_guard lock(mutex);
    done += records;
    rebuild_metrics_.done.Set(static_cast<double>(std::min(done, end)));
    if (progress) progress(std::min(done, end), end);
  };
  std::atomic<std::size_t> next = 0;
  const auto build_some = [&] {
    for (auto i = next++; i < partitions.size() && !stop.stop_requested(); i = next++) {
      auto& worker = *workers_[partitions[i].value];
      auto built =
          build_generation(generation_options(partitions[i]), worker.generation()->number + 1,
                           partitions[i], opener_, {log_, options_.batch_bytes_max, more, stop});
      const auto adopted = built ? worker.adopt(*built, stop) : Status(built.error());
      const std::lock_guard lock(mutex);
      if (!adopted && outcome) outcome = adopted;
      if (!adopted && built) (*built)->retired = true;
    }
  };
  {
    std::vector<std::jthread> builders;
    for (int i = 0; i < rebuilding_at_once; ++i) builders.emplace_back(build_some);
  }
  rebuild_metrics_.running.Set(0);
  rebuild_metrics_.failed.Set(outcome || stop.stop_requested() ? 0 : 1);
  return outcome;
}

Result<std::string> OpenShards::raw_document(const events::StreamKey& stream,
                                             const VersionRow& row) const {
  if (row.sealed.empty()) {
    return events::Error{events::ErrorCode::gone, "the resource was deleted at this version", {}};
  }
  return opener_.open_document(stream, row.key_epoch, row.salt, row.dictionary, row.ordinal,
                               row.sealed, row.document_size);
}

Result<std::string> OpenShards::document(const events::StreamKey& stream,
                                         const VersionRow& row) const {
  auto raw = raw_document(stream, row);
  if (!raw) return raw.error();
  auto splices = events::decode_splices(row.splices);
  if (!splices) return splices.error();
  return events::apply_splices(*raw, *splices, row.version, row.known_time);
}

}  // namespace

const Shard& Shards::shard_of(const events::StreamKey& stream) const {
  return shard(events::partition_of(stream, count()));
}

Result<std::unique_ptr<Shards>> Shards::open(const ShardsOptions& options, events::EventLog& log,
                                             const events::Opener& opener,
                                             prometheus::Registry& metrics) {
  auto shards = std::make_unique<OpenShards>(options, log, opener, metrics);
  if (auto opened = shards->open(); !opened) return opened.error();
  return std::unique_ptr<Shards>(std::move(shards));
}

}  // namespace projections
