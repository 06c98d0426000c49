#include "events/access/access_log.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "events/access/sequence_file.h"
#include "events/check.h"
#include "events/hmac.h"

namespace events::access {
namespace {

using Clock = std::chrono::steady_clock;

// Before compression; what lies on the log stays below its limit of 1 MiB a record.
constexpr std::size_t record_bytes_max = 512u << 10;
// An entry of as many, with a request as long as HTTP takes it, is shorter than a record.
constexpr std::size_t resources_an_entry_max = 4'000;
constexpr std::size_t patients_an_entry_max = 1'000;
constexpr std::chrono::milliseconds append_again{50};
constexpr int appends_at_close = 20;

KnownTime clock_now() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

std::vector<Resources> in_parts(const Resources& all) {
  std::vector<Resources> parts(1);
  std::string_view ids = all.ids;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (parts.back().size() == resources_an_entry_max) parts.emplace_back();
    const auto end = ids.find('\n');
    parts.back().add(static_cast<ResourceType>(all.types[i]), ids.substr(0, end),
                     {all.versions[i]});
    ids.remove_prefix(end + 1);
  }
  return parts;
}

std::vector<std::vector<std::string>> in_parts(const std::vector<std::string>& patients) {
  std::vector<std::vector<std::string>> parts(1);
  for (const auto& patient : patients) {
    if (parts.back().size() == patients_an_entry_max) parts.emplace_back();
    parts.back().push_back(patient);
  }
  return parts;
}

Error too_long(std::size_t bytes) {
  return {ErrorCode::too_large,
          fmt::format("the access to record is {} bytes, of at most {}; ask with a shorter request",
                      bytes, record_bytes_max),
          {}};
}

// What waits, or is on its way to the log.
struct Group {
  std::vector<std::string> entries;
  std::size_t bytes = 0;
  Clock::time_point since{};  // the first of them

  void add(std::string entry, Clock::time_point now) {
    if (entries.empty()) since = now;
    bytes += entry.size();
    entries.push_back(std::move(entry));
  }
};

class OpenAccessLog final : public AccessLog {
 public:
  OpenAccessLog(const AccessLogOptions& options, EventLog& log, const Secret& master_key,
                std::unique_ptr<SequenceFile> file, const BootId& boot)
      : options_(options), log_(log), master_key_(master_key), file_(std::move(file)), boot_(boot) {
    writer_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~OpenAccessLog() override {
    writer_.request_stop();
    writer_.join();
  }

  Status record(const Entry& entry) override {
    if (!options_.recording) return {};
    const bool is_one = entry.resources.size() <= resources_an_entry_max &&
                        entry.patients.size() <= patients_an_entry_max;
    return is_one ? put(encode(entry)) : record_in_parts(entry);
  }

  Status flush(Clock::time_point deadline) override {
    std::unique_lock lock(mutex_);
    const auto until = next_;
    flush_until_ = std::max(flush_until_, until);
    arrived_.notify_one();
    if (settled_.wait_until(lock, deadline, [&] { return durable_ >= until; })) return {};
    return unavailable("the access log has not written what was recorded; ask again");
  }

  bool is_recording() const override { return options_.recording; }
  NodeId node() const override { return file_->node(); }
  BootId boot() const override { return boot_; }
  AccessFigures figures() const override {
    const std::lock_guard lock(mutex_);
    return {next_, durable_, records_, refused_, waiting_.bytes + on_the_way_.bytes};
  }

 private:
  // An answer may name more than one record of the log holds: several entries of one request. All
  // patients' parts with all resources': a resource is looked for among accesses to its patient.
  Status record_in_parts(const Entry& entry) {
    const auto resources = in_parts(entry.resources);
    Entry part = entry;
    for (auto& patients : in_parts(entry.patients)) {
      part.patients = std::move(patients);
      for (const auto& some : resources) {
        part.resources = some;
        if (auto done = put(encode(part)); !done) return done;
      }
    }
    return {};
  }

  Status put(std::string entry) {
    // The log would refuse it for ever, and with it all that waits behind it.
    if (entry.size() > record_bytes_max) return too_long(entry.size());
    std::unique_lock lock(mutex_);
    if (!has_room() && !settled_.wait_for(lock, options_.patience, [this] { return has_room(); })) {
      ++refused_;
      return unavailable(
          "the access log cannot be written, and nothing is shown unrecorded; "
          "ask again");
    }
    const bool wakes = waiting_.entries.empty();
    waiting_.add(std::move(entry), Clock::now());
    file_->set_next(++next_);
    if (wakes || waiting_.bytes >= record_bytes_max) arrived_.notify_one();
    return {};
  }

  // Guarded by mutex_. Nothing that is not durable is older than what may be lost.
  bool has_room() const {
    if (waiting_.bytes + on_the_way_.bytes >= options_.waiting_bytes_max) return false;
    const auto& oldest = on_the_way_.entries.empty() ? waiting_ : on_the_way_;
    return oldest.entries.empty() || Clock::now() - oldest.since <= options_.lost_max;
  }

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      const bool work = arrived_.wait_for(lock, stop, options_.heartbeat,
                                          [this] { return !waiting_.entries.empty(); });
      if (!work && stop.stop_requested()) break;
      if (work) {
        arrived_.wait_until(lock, stop, waiting_.since + options_.group, [this] {
          return waiting_.bytes >= record_bytes_max || flush_until_ > durable_;
        });
      }
      append_waiting(lock, stop);
    }
    lock.unlock();
    append(record_of(RecordKind::end), stop);
  }

  // Guarded by mutex_.
  void take() {
    std::size_t bytes = 0, count = 0;
    auto& from = waiting_.entries;
    while (count < from.size() && (count == 0 || bytes + from[count].size() <= record_bytes_max))
      bytes += from[count++].size();
    on_the_way_ = {};
    on_the_way_.since = waiting_.since;
    on_the_way_.bytes = bytes;
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(from.begin(), end, std::back_inserter(on_the_way_.entries));
    from.erase(from.begin(), end);
    waiting_.bytes -= bytes;
  }

  Record record_of(RecordKind kind) const {
    Record record;
    record.kind = kind;
    record.node = file_->node();
    record.boot = boot_;
    record.first = durable_;
    record.time = clock_now();
    record.recording = options_.recording;
    return record;
  }

  void append_waiting(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
    take();
    Record record = record_of(RecordKind::entries);
    record.count = static_cast<std::uint32_t>(on_the_way_.entries.size());
    record.entries.reserve(on_the_way_.bytes);
    for (const auto& one : on_the_way_.entries) record.entries += one;
    lock.unlock();
    const bool done = append(record, stop);
    lock.lock();
    on_the_way_ = {};
    // Given up only while closing; the numbers then are missing on the log, and it shows.
    durable_ += record.count;
    if (done) ++records_;
    settled_.notify_all();
  }

  // The same bytes again until they are there: readers drop repeats by their numbers.
  bool append(const Record& record, const std::stop_token& stop) {
    const auto bytes = seal_record(record, master_key_);
    for (int tries = 1;; ++tries) {
      const auto answer = append_and_wait(log_, {0}, record.node.bytes(), bytes);
      if (answer.delivery == Delivery::persisted) return true;
      if ((tries & (tries - 1)) == 0)
        spdlog::warn("access log not written tries={} reason=\"{}\"", tries, answer.why);
      if (stop.stop_requested() && tries >= appends_at_close) return false;
      std::unique_lock pause(pause_mutex_);
      std::condition_variable_any().wait_for(pause, append_again, [] { return false; });
    }
  }

  const AccessLogOptions options_;
  EventLog& log_;
  const Secret master_key_;
  const std::unique_ptr<SequenceFile> file_;
  const BootId boot_;

  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;  // for the writer
  std::condition_variable_any settled_;  // for those who wait for it
  // Guarded by mutex_.
  Group waiting_, on_the_way_;
  std::uint64_t next_ = 0;     // number of the next entry
  std::uint64_t durable_ = 0;  // all below are on the log
  std::uint64_t flush_until_ = 0;
  std::uint64_t records_ = 0, refused_ = 0;

  std::mutex pause_mutex_;  // the writer's own
  std::jthread writer_;     // last: the others are there while it runs
};

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const AccessLogOptions& options, EventLog& log,
                                                   const Secret& master_key) {
  CHECK(log.partition_count() == 1);
  auto file = SequenceFile::open(options.sequence_file);
  if (!file) return file.error();
  std::array<std::uint8_t, 16> random;
  fill_random(random);
  Record begin;
  begin.kind = RecordKind::begin;
  begin.node = (*file)->node();
  begin.boot = BootId(random);
  begin.time = clock_now();
  begin.recording = options.recording;
  begin.retention_days = options.retention_days;
  begin.previous = (*file)->boot();
  begin.handed_out = (*file)->next();
  const auto appended =
      append_and_wait(log, {0}, begin.node.bytes(), seal_record(begin, master_key));
  if (appended.delivery != Delivery::persisted)
    return unavailable(fmt::format("the access log cannot be written: {}", appended.why));
  // After the record: a crash between the two only says the same once more.
  (*file)->begin(begin.boot);
  return std::unique_ptr<AccessLog>(
      std::make_unique<OpenAccessLog>(options, log, master_key, std::move(*file), begin.boot));
}

}  // namespace events::access
