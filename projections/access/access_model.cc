#include "projections/access/access_model.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "projections/access/access_fold.h"
#include "projections/access/access_scan.h"
#include "projections/store_limits.h"

namespace projections::access {
namespace {

constexpr std::string_view position_row = "position";
constexpr std::size_t read_bytes = 1u << 20;
constexpr std::chrono::milliseconds idle_wait{100};
constexpr std::chrono::milliseconds after_trouble{250};
constexpr std::uint64_t flush_records = 4'096;

StoreLimits small() {
  StoreLimits limits;
  limits.block_cache_bytes = 8u << 20;
  limits.write_buffer_bytes = 16u << 20;
  limits.background_threads = 1;
  return limits;
}

class OpenModel final : public AccessModel {
 public:
  OpenModel(std::unique_ptr<Store> store, events::EventLog& log, const events::Secrets& secrets,
            bool keeps_records, Progress progress)
      : store_(std::move(store)),
        log_(log),
        secrets_(secrets),
        fold_(secrets, keeps_records),
        progress_(progress) {
    follower_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~OpenModel() override {
    follower_.request_stop();
    follower_.join();
    if (auto flushed = store_->flush(); !flushed)
      spdlog::error("access index not flushed reason=\"{}\"", flushed.error().message);
  }

  Status reach_end(std::chrono::steady_clock::time_point deadline) const override {
    const auto end = log_.end({0});
    if (!end) return end.error();
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, deadline, [&] { return progress_.next >= *end; })) return {};
    return events::unavailable(
        fmt::format("the index of accesses is {} records behind its log{}{}; ask again",
                    end->value - progress_.next.value, problem_.empty() ? "" : ": ", problem_));
  }
  Result<AccessPage> find(const AccessQuestion& question) const override {
    return find_accesses(*store_->snapshot(), log_, secrets_, question);
  }
  Result<std::optional<Access>> at(const Place& place) const override {
    return access_at(*store_->snapshot(), log_, secrets_, place);
  }
  Result<std::vector<BootRow>> boots() const override {
    std::vector<BootRow> all;
    const auto view = store_->snapshot();
    const auto rows = view->scan(family(AccessFamily::boots), {});
    for (; rows->valid(); rows->next()) {
      auto row = decode_boot(rows->value());
      if (!row) return row.error();
      all.push_back(*row);
    }
    if (auto read = rows->status(); !read) return read.error();
    return all;
  }
  Result<Progress> progress() const override {
    const std::lock_guard lock(mutex_);
    return progress_;
  }
  std::string problem() const override {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto moved = step();
      set_problem(moved ? std::string() : moved.error().message);
      if (moved) continue;
      reader_.reset();
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, after_trouble, [] { return false; });
    }
  }

  Status step() {
    if (reader_ == nullptr) {
      auto reader = log_.read({0}, progress_.next);
      if (!reader) return reader.error();
      reader_ = std::move(*reader);
    }
    const auto records = reader_->next(read_bytes, idle_wait);
    if (!records) return records.error();
    return records->empty() ? Status() : apply(*records);
  }

  Status apply(const std::vector<events::LogRecord>& records) {
    auto batch = store_->begin();
    Progress progress = progress_;  // this thread alone changes it
    for (const auto& record : records) {
      if (auto applied = fold_.apply(record, *batch, progress); !applied) return applied;
    }
    batch->put(family(AccessFamily::meta), position_row, encode(progress));
    if (auto written = store_->commit(std::move(batch)); !written) return written;
    unflushed_ += records.size();
    {
      const std::lock_guard lock(mutex_);
      progress_ = progress;
      changed_.notify_all();
    }
    if (unflushed_ < flush_records) return {};
    unflushed_ = 0;
    return store_->flush();
  }

  void set_problem(std::string why) {
    const std::lock_guard lock(mutex_);
    if (problem_ != why && !why.empty())
      spdlog::error("access index stands still reason=\"{}\"", why);
    problem_ = std::move(why);
  }

  const std::unique_ptr<Store> store_;
  events::EventLog& log_;
  const events::Secrets secrets_;
  const AccessFold fold_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  // Guarded by mutex_; written by the follower only.
  Progress progress_;
  std::string problem_;

  // The follower's own.
  std::unique_ptr<events::LogReader> reader_;
  std::uint64_t unflushed_ = 0;
  std::jthread follower_;  // last: the others are there while it runs
};

Result<Progress> read_progress(const Store& store) {
  const auto row = store.snapshot()->get(family(AccessFamily::meta), position_row);
  if (!row) return row.error();
  if (!*row) return Progress();
  return decode_progress(**row);
}

}  // namespace

std::string to_text(const Place& place) {
  return fmt::format("{}-{}-{}", place.record.known.time_since_epoch().count(),
                     place.record.offset.value, place.ordinal);
}

std::optional<Place> parse_place(std::string_view text) {
  std::int64_t numbers[3] = {};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && (at == end || *at++ != '-')) return std::nullopt;
    const auto [stop, fault] = std::from_chars(at, end, numbers[i]);
    if (fault != std::errc() || stop == at || numbers[i] < 0) return std::nullopt;
    at = stop;
  }
  if (at != end || numbers[2] > 0xffffffff) return std::nullopt;
  Place place{{events::KnownTime(events::Micros(numbers[0])), {numbers[1]}},
              static_cast<std::uint32_t>(numbers[2])};
  if (to_text(place) != text) return std::nullopt;  // leading zeros
  return place;
}

Result<std::unique_ptr<AccessModel>> AccessModel::open(const std::filesystem::path& directory,
                                                       events::EventLog& log,
                                                       const events::Secrets& secrets,
                                                       bool keeps_records) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed)
    return events::unavailable(fmt::format("{}: {}", directory.string(), failed.message()));
  auto store = Store::open({directory, access_families(), make_shared_resources(small())});
  if (!store) return store.error();
  const auto progress = read_progress(**store);
  if (!progress) return progress.error();
  const auto end = log.end({0});
  if (!end) return end.error();
  if (progress->next > *end) {
    return events::Error{
        events::ErrorCode::precondition_failed,
        fmt::format("{}: its rows go to offset {}, but the access log ends at {}: it is another "
                    "or an older copy; restore it, or remove the folder to index it anew",
                    directory.string(), progress->next.value, end->value),
        {}};
  }
  return std::unique_ptr<AccessModel>(
      std::make_unique<OpenModel>(std::move(*store), log, secrets, keeps_records, *progress));
}

}  // namespace projections::access
