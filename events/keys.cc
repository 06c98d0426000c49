#include "events/keys.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <map>
#include <shared_mutex>
#include <thread>
#include <unordered_map>

#include "events/check.h"
#include "events/hmac.h"
#include "events/key_records.h"

namespace events {

namespace {

using namespace std::chrono_literals;

constexpr PartitionId only{0};
constexpr std::size_t read_bytes_max = 1u << 20;
constexpr auto follow_wait = 20ms;  // also the time that closing may take
constexpr auto retry_wait = 500ms;
constexpr auto start_patience = 15s;  // without any progress
constexpr auto make_patience = 30s;
constexpr auto resend_wait = 50ms;

// An append of a new key that somebody waits for.
struct Making {
  bool answered = false;
  std::optional<Error> failed;
};

// Shared with the callbacks of appends, which may outlive the store.
struct Shared {
  mutable std::shared_mutex mutex;
  std::condition_variable_any changed;
  // Guarded by mutex.
  std::optional<LogFormat> format;
  // By stream, in the order of epochs; of two keys of one epoch the first on the log.
  std::unordered_map<StreamKey, std::vector<DataKey>> keys;
  std::map<StreamKey, std::shared_ptr<Making>> making;

  const DataKey* newest(const StreamKey& stream) const {
    auto found = keys.find(stream);
    return found == keys.end() ? nullptr : &found->second.back();
  }
  const DataKey* of_epoch(const StreamKey& stream, std::uint32_t epoch) const {
    auto found = keys.find(stream);
    if (found == keys.end()) return nullptr;
    for (const DataKey& key : found->second) {
      if (key.epoch == epoch) return &key;
    }
    return nullptr;
  }
  void add(const StreamKey& stream, const DataKey& key) {
    if (of_epoch(stream, key.epoch) != nullptr) return;
    auto& of_stream = keys[stream];
    auto later = [&](const DataKey& other) { return other.epoch > key.epoch; };
    of_stream.insert(std::find_if(of_stream.begin(), of_stream.end(), later), key);
  }
};

class LogKeyStore final : public KeyStore {
 public:
  LogKeyStore(EventLog& log, const Secrets& secrets) : log_(log), master_key_(secrets.master_key) {
    fill_random(node_);
  }

  Status start(const Secrets& secrets, std::uint32_t partitions) {
    auto reader = log_.read(only, Offset{0});
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
    if (auto read = read_to_end(); !read) return read;
    if (!shared_->format) {
      if (auto made = make_format(secrets, partitions); !made) return made;
    }
    if (auto fits = check_log_format(*shared_->format, secrets, partitions); !fits) return fits;
    log_id_ = shared_->format->log;
    follower_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
    return {};
  }

  LogId log_id() const override { return log_id_; }

  KeyState state(const StreamKey& stream, std::uint32_t epoch) const override {
    std::shared_lock lock(shared_->mutex);
    return shared_->of_epoch(stream, epoch) ? KeyState::present : KeyState::unknown;
  }

  Result<DataKey> find(const StreamKey& stream, std::uint32_t epoch) const override {
    std::shared_lock lock(shared_->mutex);
    if (const DataKey* key = shared_->of_epoch(stream, epoch)) return *key;
    return unavailable(
        fmt::format("key {} of stream {} is not here yet", epoch, to_hex(stream.bytes())));
  }

  Result<DataKey> find_or_make(const StreamKey& stream) override {
    {
      std::shared_lock lock(shared_->mutex);
      if (const DataKey* key = shared_->newest(stream)) return *key;
    }
    std::unique_lock lock(shared_->mutex);
    if (const DataKey* key = shared_->newest(stream)) return *key;  // made between the two locks
    auto& entry = shared_->making[stream];
    const bool first = entry == nullptr;
    if (first) entry = std::make_shared<Making>();
    const std::shared_ptr<Making> making = entry;
    auto key = first ? make(lock, stream, making) : wait_for(lock, stream, *making);
    if (first) shared_->making.erase(stream);
    return key;
  }

 private:
  // ---- start ----
  Status read_to_end() {
    auto end = log_.end(only);
    if (!end) return end.error();
    auto patience = std::chrono::steady_clock::now() + start_patience;
    while (next_ < *end) {
      auto read = read_some(follow_wait);
      if (!read) return read.error();
      if (*read > 0) patience = std::chrono::steady_clock::now() + start_patience;
      if (std::chrono::steady_clock::now() > patience) {
        return unavailable(
            fmt::format("the log of keys stops at {}, before its end {}", next_.value, end->value));
      }
    }
    return {};
  }

  // Of rivals that start at once the one with the lowest offset made the log.
  Status make_format(const Secrets& secrets, std::uint32_t partitions) {
    std::array<std::uint8_t, 16> id;
    fill_random(id);
    const Appended appended = append_and_wait(
        log_, only, "format", encode(make_log_format(LogId(id), secrets, partitions)));
    if (appended.delivery != Delivery::persisted) {
      return unavailable("the log's format record was not written: " + appended.why);
    }
    if (auto read = read_to_end(); !read) return read;
    if (!shared_->format) return corrupt("the log's format record was written but is not there");
    return {};
  }

  // ---- following ----
  Result<std::size_t> read_some(std::chrono::milliseconds wait) {
    auto records = reader_->next(read_bytes_max, wait);
    if (!records) return records.error();
    if (records->empty()) return 0;
    std::unique_lock lock(shared_->mutex);
    for (const LogRecord& record : *records) take(record);
    lock.unlock();
    shared_->changed.notify_all();
    next_ = records->back().offset.next();
    return records->size();
  }

  void take(const LogRecord& record) {
    auto read = decode_key_record(record.value);
    if (auto* format = std::get_if<LogFormat>(&read)) {
      if (!shared_->format) shared_->format = *format;
    } else if (auto* wrapped = std::get_if<WrappedKey>(&read)) {
      if (auto key = unwrap(master_key_, *wrapped)) {
        shared_->add(wrapped->stream, *key);
        return;
      }
      spdlog::warn("keys: set aside a foreign key offset={}", record.offset.value);
    } else {
      spdlog::warn("keys: set aside a foreign record offset={}", record.offset.value);
    }
  }

  void follow(const std::stop_token& stop) {
    std::string said;
    std::mutex mutex;
    std::condition_variable_any never;
    while (!stop.stop_requested()) {
      auto read = read_some(follow_wait);
      if (read) {
        said.clear();
        continue;
      }
      if (read.error().message != said) {
        said = read.error().message;
        spdlog::error("keys: the log of keys cannot be read, new keys stay unknown: {}", said);
      }
      std::unique_lock lock(mutex);
      never.wait_for(lock, stop, retry_wait, [] { return false; });
    }
  }

  // ---- making ----
  using Lock = std::unique_lock<std::shared_mutex>;

  // A key is there once the follower has met it: on the log durably, and first.
  Result<DataKey> make(Lock& lock, const StreamKey& stream, const std::shared_ptr<Making>& making) {
    DataKey fresh{first_key_epoch, {}};
    fill_random(fresh.key);
    const std::string record = encode_wrapped(master_key_, stream, fresh, node_);
    const auto deadline = std::chrono::steady_clock::now() + make_patience;
    while (true) {
      making->answered = false;
      lock.unlock();
      append(stream, record, making);
      lock.lock();
      auto settled = [&] { return shared_->newest(stream) || making->failed || making->answered; };
      shared_->changed.wait_until(lock, deadline, settled);
      // Answered without an outcome: the record may still arrive, and is sent again.
      if (making->answered && !making->failed) {
        shared_->changed.wait_for(lock, resend_wait,
                                  [&] { return shared_->newest(stream) != nullptr; });
      }
      if (const DataKey* key = shared_->newest(stream)) return *key;
      if (!making->failed && std::chrono::steady_clock::now() < deadline) continue;
      if (!making->failed)
        making->failed = unavailable("a new patient's key could not be made durable");
      shared_->changed.notify_all();
      return *making->failed;
    }
  }

  void append(const StreamKey& stream, const std::string& record,
              const std::shared_ptr<Making>& making) {
    std::string key(stream.bytes());
    key.append(reinterpret_cast<const char*>(&first_key_epoch), sizeof first_key_epoch);
    key.append(reinterpret_cast<const char*>(node_.data()), node_.size());
    log_.append(only, key, record, [shared = shared_, making](const Appended& appended) {
      if (appended.delivery == Delivery::persisted) return;  // the follower brings it
      std::unique_lock lock(shared->mutex);
      making->answered = true;
      if (appended.delivery == Delivery::not_persisted) {
        making->failed = unavailable("a new patient's key was not written: " + appended.why);
      }
      shared->changed.notify_all();
    });
  }

  Result<DataKey> wait_for(Lock& lock, const StreamKey& stream, const Making& making) {
    const auto deadline = std::chrono::steady_clock::now() + make_patience;
    shared_->changed.wait_until(lock, deadline,
                                [&] { return shared_->newest(stream) || making.failed; });
    if (const DataKey* key = shared_->newest(stream)) return *key;
    if (making.failed) return *making.failed;
    return unavailable("a new patient's key could not be made durable");
  }

  EventLog& log_;
  const Secret master_key_;
  std::array<std::uint8_t, 16> node_{};
  LogId log_id_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();

  // The follower's, and start()'s before it runs.
  std::unique_ptr<LogReader> reader_;
  Offset next_;
  std::jthread follower_;
};

}  // namespace

Result<std::unique_ptr<KeyStore>> KeyStore::open(EventLog& log, const Secrets& secrets,
                                                 std::uint32_t partitions) {
  if (log.partition_count() != 1) {
    return Error{
        ErrorCode::precondition_failed,
        fmt::format("the log of keys has {} partitions; it must have 1", log.partition_count()),
        {}};
  }
  auto store = std::make_unique<LogKeyStore>(log, secrets);
  if (auto started = store->start(secrets, partitions); !started) return started.error();
  return std::unique_ptr<KeyStore>(std::move(store));
}

}  // namespace events
