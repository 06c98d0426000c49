#include "projections/measures/keeper.h"

#include <spdlog/spdlog.h>

#include "events/settings_streams.h"
#include "projections/store_limits.h"

namespace projections::measures {
namespace {

constexpr std::uint64_t turns_a_flush = 2'000;
// Commits that come within it are one look; far below what anybody waits for a figure.
constexpr std::chrono::milliseconds look_at_most_every{20};
constexpr std::chrono::milliseconds patience{500};  // after an error
constexpr StoreLimits store_limits{16u << 20, 64u << 20, 2};

std::vector<events::StreamKey> settings_keys(const events::Secret& secret,
                                             std::uint32_t partitions) {
  std::vector<events::StreamKey> keys;
  for (const auto& name : events::settings_streams(secret, partitions))
    keys.push_back(events::stream_key(secret, name));
  return keys;
}

}  // namespace

struct Keeper::Wake {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool progress = true;  // guarded by mutex
};

Result<std::unique_ptr<Keeper>> Keeper::open(const std::filesystem::path& directory, Shards& shards,
                                             const events::LogId& log,
                                             const events::Secret& log_secret,
                                             prometheus::Registry& registry) {
  Store::Options options;
  options.directory = directory;
  options.families = {"measures"};
  options.shared = make_shared_resources(store_limits);
  auto store = Store::open(options);
  if (!store) return store.error();
  auto metrics = std::make_unique<EvaluationMetrics>(registry);
  auto evaluator = std::make_unique<Evaluator>(
      **store, settings_keys(log_secret, shards.count()),
      [&shards](const events::StreamKey& stream, const VersionRow& row) {
        return shards.document(stream, row);
      },
      metrics.get());
  if (auto opened = evaluator->open(log); !opened) return opened.error();
  return std::unique_ptr<Keeper>(
      new Keeper(std::move(*store), std::move(metrics), std::move(evaluator), shards));
}

Keeper::Keeper(std::unique_ptr<Store> store, std::unique_ptr<EvaluationMetrics> metrics,
               std::unique_ptr<Evaluator> evaluator, Shards& shards)
    : store_(std::move(store)),
      metrics_(std::move(metrics)),
      evaluator_(std::move(evaluator)),
      shards_(shards),
      wake_(std::make_shared<Wake>()) {
  shards.on_progress([held = std::weak_ptr<Wake>(wake_)](events::PartitionId, events::Offset) {
    const auto wake = held.lock();
    if (!wake) return;
    const std::lock_guard lock(wake->mutex);
    wake->progress = true;
    wake->changed.notify_one();
  });
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

Keeper::~Keeper() {
  thread_.request_stop();
  thread_.join();
  if (auto flushed = store_->flush(); !flushed)
    spdlog::error("measures: not flushed, they are evaluated again: {}", flushed.error().message);
}

void Keeper::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const auto began = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(wake_->mutex);
      wake_->progress = false;
    }
    const bool more = turn_all(stop);
    std::unique_lock lock(wake_->mutex);
    if (!more && !wake_->progress) {
      {
        const std::lock_guard idle(mutex_);
        idle_ = true;
      }
      done_.notify_all();
      wake_->changed.wait_for(lock, stop, patience, [&] { return wake_->progress; });
      const std::lock_guard idle(mutex_);
      idle_ = false;
    }
    // Not woken by progress: what comes meanwhile is seen by the next look.
    if (!more)
      wake_->changed.wait_until(lock, stop, began + look_at_most_every, [] { return false; });
  }
}

// News first, then a piece of what is to be filled. True: there is more of either.
bool Keeper::turn_all(std::stop_token stop) {
  bool more = false;
  for (std::uint32_t i = 0; i < shards_.count() && !stop.stop_requested(); ++i) more |= follow({i});
  if (stop.stop_requested()) return false;
  return fill() || more;
}

bool Keeper::follow(events::PartitionId partition) {
  const auto before = evaluator_->next_offset(partition);
  const auto more = evaluator_->follow(*shards_.shard(partition).view(), partition);
  if (!more) say("follow", partition, more.error());
  if (evaluator_->next_offset(partition) != before) wrote();
  return more && *more;
}

bool Keeper::fill() {
  for (std::uint32_t tried = 0; tried < shards_.count(); ++tried) {
    const events::PartitionId partition{filling_};
    filling_ = (filling_ + 1) % shards_.count();
    const auto more = evaluator_->fill(*shards_.shard(partition).view(), partition);
    if (!more) say("fill", partition, more.error());
    if (!more || !*more) continue;
    wrote();
    return true;
  }
  return false;
}

void Keeper::wrote() {
  flush_if_due();
  std::function<void()> written;
  {
    const std::lock_guard lock(mutex_);
    written = written_;
  }
  done_.notify_all();
  if (written) written();
}

void Keeper::say(const char* what, events::PartitionId partition, const events::Error& error) {
  if (said_ == error.message) return;
  said_ = error.message;
  spdlog::error("measures stand still {} partition={} reason=\"{}\"; tried again", what,
                partition.value, error.message);
}

void Keeper::flush_if_due() {
  if (++turns_ < turns_a_flush) return;
  turns_ = 0;
  if (auto flushed = store_->flush(); !flushed)
    spdlog::error("measures: not flushed: {}", flushed.error().message);
}

bool Keeper::wait_for(events::PartitionId partition, events::Offset next,
                      std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return done_.wait_until(lock, deadline, [&] { return next_offset(partition) >= next; });
}

bool Keeper::wait_until_idle(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return done_.wait_until(lock, deadline, [&] {
    if (!idle_) return false;
    for (std::uint32_t i = 0; i < shards_.count(); ++i) {
      if (next_offset({i}) < shards_.shard({i}).next_offset()) return false;
    }
    return true;
  });
}

void Keeper::on_written(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  written_ = std::move(callback);
}

}  // namespace projections::measures
