#include "events/log/embedded_store.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdlib>

#include "events/check.h"

namespace events {
namespace {

constexpr std::size_t key_size = 12;
constexpr std::size_t header_size = 12;

template <class Number>
void put_big_endian(char* to, Number number) {
  for (std::size_t i = sizeof number; i-- > 0; number = static_cast<Number>(number >> 8)) {
    to[i] = static_cast<char>(number & 0xff);
  }
}

std::uint64_t get_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

struct Key {
  explicit Key(const Position& position) {
    put_big_endian(bytes.data(), position.partition.value);
    put_big_endian(bytes.data() + 4, static_cast<std::uint64_t>(position.offset.value));
  }
  rocksdb::Slice slice() const { return {bytes.data(), bytes.size()}; }
  std::array<char, key_size> bytes;
};

Offset offset_of(const rocksdb::Slice& key) {
  return {static_cast<std::int64_t>(get_big_endian({key.data() + 4, 8}))};
}

bool in_partition(const rocksdb::Slice& key, PartitionId partition) {
  return key.size() == key_size && get_big_endian({key.data(), 4}) == partition.value;
}

// Three to five such logs live in one process: each is held to about 40 MiB.
rocksdb::Options store_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  // A record torn by a crash at the very end is cut off; damage before it refuses
  // to open. The default mode would end the log silently at the first damage.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.write_buffer_size = 16u << 20;
  options.max_write_buffer_number = 2;
  options.allow_concurrent_memtable_write = false;  // one appender
  options.max_background_jobs = 2;
  options.max_open_files = 128;
  options.keep_log_file_num = 2;
  options.compression = rocksdb::kNoCompression;  // keys only; values are ciphertext
  options.enable_blob_files = true;
  options.blob_compression_type = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(4u << 20);
  table.block_size = 16u << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Error as_error(const std::string& path, const rocksdb::Status& status) {
  return corrupt(fmt::format("{}: {}", path, status.ToString()));
}

rocksdb::ReadOptions read_options() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // each record is read about once
  return options;
}

Result<std::optional<LogRecord>> last_record(rocksdb::DB& db, const std::string& path,
                                             PartitionId partition) {
  const std::unique_ptr<rocksdb::Iterator> row(db.NewIterator(read_options()));
  row->SeekForPrev(Key({partition, {INT64_MAX}}).slice());
  if (!row->status().ok()) return as_error(path, row->status());
  if (!row->Valid() || !in_partition(row->key(), partition)) return std::optional<LogRecord>();
  auto record =
      StoredRecord::decode(offset_of(row->key()), {row->value().data(), row->value().size()});
  if (!row->status().ok()) return as_error(path, row->status());
  if (!record)
    return corrupt(
        fmt::format("{}: partition {} ends with bytes that are no record", path, partition.value));
  return record;
}

Status check_ends(rocksdb::DB& db, const std::string& path, std::span<const Offset> synced_ends) {
  for (std::uint32_t i = 0; i < synced_ends.size(); ++i) {
    auto last = last_record(db, path, {i});
    if (!last) return last.error();
    const Offset end = *last ? (*last)->offset.next() : Offset{};
    if (end >= synced_ends[i]) continue;
    return corrupt(
        fmt::format("{}: partition {} ends at offset {}, but was synced up to {}: records that "
                    "were acknowledged are "
                    "missing; restore the log from a backup",
                    path, i, end.value, synced_ends[i].value));
  }
  return {};
}

// Opening for writing would replay the WAL, drop it and so destroy what is left to
// rescue; this look changes nothing.
Status look_first(const rocksdb::Options& options, const std::string& path,
                  std::span<const Offset> synced_ends) {
  if (!EmbeddedStore::exists(path)) {
    for (const Offset end : synced_ends) {
      if (end.value > 0) return corrupt(fmt::format("{}: the records are gone", path));
    }
    return {};
  }
  rocksdb::Options reading = options;
  reading.create_if_missing = false;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(reading, path, &db);
  if (!opened.ok()) return as_error(path, opened);
  const std::unique_ptr<rocksdb::DB> owned(db);
  return check_ends(*owned, path, synced_ends);
}

// Trying again could report as durable what the kernel dropped at the failed sync.
[[noreturn]] void end_process(const std::string& path, const rocksdb::Status& failed) {
  spdlog::critical("log {}: {}: what is on the disk is unknown, so this process ends", path,
                   failed.ToString());
  std::abort();
}

}  // namespace

StoredRecord::StoredRecord(std::string_view key, std::string_view value) {
  bytes_.reserve(header_size + key.size() + value.size());
  bytes_.resize(header_size);
  put_big_endian(bytes_.data() + 8, static_cast<std::uint32_t>(key.size()));
  bytes_.append(key).append(value);
}

void StoredRecord::set_append_time(KnownTime time) {
  put_big_endian(bytes_.data(), static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

std::optional<LogRecord> StoredRecord::decode(Offset offset, std::string_view bytes) {
  if (bytes.size() < header_size) return std::nullopt;
  const KnownTime time{Micros(static_cast<std::int64_t>(get_big_endian(bytes.substr(0, 8))))};
  const std::size_t size = get_big_endian(bytes.substr(8, 4));
  bytes.remove_prefix(header_size);
  if (bytes.size() < size) return std::nullopt;
  return LogRecord{offset, time, std::string(bytes.substr(0, size)),
                   std::string(bytes.substr(size))};
}

bool EmbeddedStore::exists(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / "CURRENT");
}

EmbeddedStore::EmbeddedStore(std::string path, std::unique_ptr<rocksdb::DB> db)
    : path_(std::move(path)), db_(std::move(db)) {}

// Flushed, so that the next start has no WAL to replay.
EmbeddedStore::~EmbeddedStore() { static_cast<void>(db_->Flush(rocksdb::FlushOptions())); }

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(const std::filesystem::path& directory,
                                                           std::span<const Offset> synced_ends) {
  const rocksdb::Options options = store_options();
  if (auto sound = look_first(options, directory.string(), synced_ends); !sound)
    return sound.error();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, directory.string(), &db);
  if (!opened.ok()) return as_error(directory.string(), opened);
  // Opening flushed what the WAL held, so all that is there now is synced.
  return std::unique_ptr<EmbeddedStore>(
      new EmbeddedStore(directory.string(), std::unique_ptr<rocksdb::DB>(db)));
}

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open_to_read(
    const std::filesystem::path& directory) {
  rocksdb::Options options = store_options();
  options.create_if_missing = false;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(options, directory.string(), &db);
  if (!opened.ok()) return as_error(directory.string(), opened);
  return std::unique_ptr<EmbeddedStore>(
      new EmbeddedStore(directory.string(), std::unique_ptr<rocksdb::DB>(db)));
}

void EmbeddedStore::write(std::span<const StoredAt> records) {
  rocksdb::WriteBatch batch;
  for (const StoredAt& record : records) {
    CHECK(batch.Put(Key(record.position).slice(), {record.bytes.data(), record.bytes.size()}).ok());
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status written = db_->Write(options, &batch);
  if (!written.ok()) end_process(path_, written);
}

void EmbeddedStore::remove_below(PartitionId partition, Offset below) {
  rocksdb::WriteOptions options;
  options.sync = true;
  const Key from({partition, {0}}), to({partition, below});
  const rocksdb::Status removed =
      db_->DeleteRange(options, db_->DefaultColumnFamily(), from.slice(), to.slice());
  if (!removed.ok()) end_process(path_, removed);
  // The bytes themselves: whole files at once, the rest as it is compacted.
  const rocksdb::Slice begin = from.slice(), end = to.slice();
  const rocksdb::Status freed =
      rocksdb::DeleteFilesInRange(db_.get(), db_->DefaultColumnFamily(), &begin, &end, false);
  if (!freed.ok()) spdlog::warn("log {}: files not freed: {}", path_, freed.ToString());
}

Result<std::optional<LogRecord>> EmbeddedStore::first(PartitionId partition) const {
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(read_options()));
  row->Seek(Key({partition, {0}}).slice());
  if (!row->status().ok()) return as_error(path_, row->status());
  if (!row->Valid() || !in_partition(row->key(), partition)) return std::optional<LogRecord>();
  auto record =
      StoredRecord::decode(offset_of(row->key()), {row->value().data(), row->value().size()});
  if (!record)
    return corrupt(fmt::format("{}: partition {} begins with bytes that are no record", path_,
                               partition.value));
  return record;
}

Result<std::optional<LogRecord>> EmbeddedStore::last(PartitionId partition) const {
  return last_record(*db_, path_, partition);
}

Result<std::vector<LogRecord>> EmbeddedStore::read(PartitionId partition, Offset from, Offset end,
                                                   std::size_t bytes_max) const {
  const Key limit({partition, end});
  const rocksdb::Slice upper = limit.slice();
  rocksdb::ReadOptions options = read_options();
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options));

  std::vector<LogRecord> records;
  std::size_t bytes = 0;
  Offset expected = from;
  for (row->Seek(Key({partition, from}).slice()); row->Valid() && expected < end; row->Next()) {
    if (offset_of(row->key()) != expected) break;
    auto record = StoredRecord::decode(expected, {row->value().data(), row->value().size()});
    if (!record)
      return corrupt(fmt::format("{}: partition {} offset {} holds no record", path_,
                                 partition.value, expected.value));
    bytes += record->key.size() + record->value.size();
    if (!records.empty() && bytes > bytes_max) return records;
    records.push_back(std::move(*record));
    expected = expected.next();
  }
  if (!records.empty()) return records;  // what is wrong behind them, the next call says
  if (!row->status().ok()) return as_error(path_, row->status());
  if (expected == end) return records;
  // Offsets are dense: one that is not there was lost.
  return corrupt(fmt::format("{}: partition {} has no record at offset {}, but ends at {}", path_,
                             partition.value, expected.value, end.value));
}

}  // namespace events
