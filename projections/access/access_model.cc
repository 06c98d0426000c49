#include "projections/access/access_model.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "projections/access/access_fold.h"
#include "projections/access/access_head.h"
#include "projections/access/access_scan.h"
#include "projections/access/access_store.h"

namespace projections::access {
namespace {

constexpr std::size_t read_bytes = 1u << 20;
constexpr std::chrono::milliseconds idle_wait{100};
constexpr std::chrono::milliseconds after_trouble{250};
constexpr std::uint64_t flush_records = 4'096;

class OpenModel final : public AccessModel {
 public:
  OpenModel(std::unique_ptr<Store> store, events::EventLog& log, const events::Secrets& secrets,
            const AccessModelOptions& options, Progress progress)
      : store_(std::move(store)),
        log_(log),
        secrets_(secrets),
        fold_(log, secrets, options.keeps_records),
        head_interval_(options.head_interval),
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
    const bool reached =
        changed_.wait_until(lock, deadline, [&] { return progress_.next >= *end; });
    if (!lost_.empty()) return events::corrupt(lost_);
    if (reached) return {};
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
  Result<std::optional<Horizon>> horizon() const override {
    return read_horizon(*store_->latest());
  }
  Status flush() override { return store_->flush(); }
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
    if (auto whole = look_at_head(); !whole) return whole;
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
      const Progress before = progress;
      const auto notice = fold_.apply(record, *batch, progress);
      if (!notice) return notice.error();
      if (!*notice) continue;
      // A batch does not see what it puts unseen, and a notice removes such rows.
      if (auto written = write(std::move(batch), before); !written) return written;
      batch = store_->begin();
      if (auto forgotten = fold_.forget(**notice, *batch); !forgotten) return forgotten;
    }
    if (auto written = write(std::move(batch), progress); !written) return written;
    unflushed_ += records.size();
    if (unflushed_ < flush_records) return {};
    unflushed_ = 0;
    return store_->flush();
  }

  Status write(std::unique_ptr<RowBatch> batch, const Progress& progress) {
    batch->put(family(AccessFamily::meta), position_row, encode(progress));
    if (auto written = store_->commit(std::move(batch)); !written) return written;
    const std::lock_guard lock(mutex_);
    progress_ = progress;
    changed_.notify_all();
    return {};
  }

  // That nothing is gone but what a notice names. A log that is away says nothing.
  Status look_at_head() {
    const auto now = std::chrono::steady_clock::now();
    if (lost_.empty() && now < next_look_) return {};
    next_look_ = now + head_interval_;
    const auto first = first_of(log_);
    if (!first) return {};
    const auto known = below_of(*store_->latest());
    if (!known) return known.error();
    Status whole;
    if (*first > *known) {
      const auto end = log_.end({0});
      if (!end || progress_.next < *end) {
        next_look_ = now;  // the notice may be among what is to be read
        return {};
      }
      whole = lost_head(*first, *known);
    }
    const std::lock_guard lock(mutex_);
    lost_ = whole ? std::string() : whole.error().message;
    return whole;
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
  const std::chrono::milliseconds head_interval_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  // Guarded by mutex_; written by the follower only.
  Progress progress_;
  std::string problem_;
  std::string lost_;  // what is gone of the log's head, and should not be

  // The follower's own.
  std::chrono::steady_clock::time_point next_look_{};
  std::unique_ptr<events::LogReader> reader_;
  std::uint64_t unflushed_ = 0;
  std::jthread follower_;  // last: the others are there while it runs
};

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
                                                       const AccessModelOptions& options) {
  auto opened = open_access_store(directory, log, secrets, options.keeps_records);
  if (!opened) return opened.error();
  return std::unique_ptr<AccessModel>(std::make_unique<OpenModel>(
      std::move(opened->store), log, secrets, options, opened->progress));
}

}  // namespace projections::access
