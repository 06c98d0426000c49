#include "projections/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/write_batch_with_index.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>

#include "events/check.h"
#include "projections/store_limits.h"

namespace projections {

class SharedResources {
 public:
  explicit SharedResources(const StoreLimits& limits)
      : block_cache(rocksdb::NewLRUCache(limits.block_cache_bytes)),
        write_buffers(std::make_shared<rocksdb::WriteBufferManager>(limits.write_buffer_bytes)),
        background_threads(limits.background_threads),
        open_tables(limits.open_tables) {
    // One pool serves every store of the process: a small store does not shrink it.
    auto* env = rocksdb::Env::Default();
    env->IncBackgroundThreadsIfNeeded(limits.background_threads, rocksdb::Env::LOW);
    env->IncBackgroundThreadsIfNeeded(limits.background_threads, rocksdb::Env::HIGH);
  }
  const std::shared_ptr<rocksdb::Cache> block_cache;
  const std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
  const int background_threads;
  const int open_tables;
};

std::shared_ptr<SharedResources> make_shared_resources(const StoreLimits& limits) {
  return std::make_shared<SharedResources>(limits);
}

namespace {

// A stream's key: what most scans have in common, so one filter look-up skips a table.
constexpr std::size_t prefix_bytes = 16;

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Status to_status(const rocksdb::Status& status) {
  if (status.ok()) return {};
  if (status.IsCorruption()) return events::corrupt("read models: " + status.ToString());
  return events::unavailable("read models: " + status.ToString());
}

// Large blocks compress better; a row that is read alone costs its block.
std::size_t block_bytes(std::string_view family) {
  return family == "chart" || family == "changes" ? 32u << 10 : 16u << 10;
}

rocksdb::ColumnFamilyOptions family_options(const SharedResources& shared, bool bulk,
                                            std::string_view name) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = shared.block_cache;
  table.block_size = block_bytes(name);
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Index and filter blocks live in the cache, so that memory has one limit.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(prefix_bytes));
  options.compression = rocksdb::kZSTD;
  options.compression_opts.level = 1;
  // What is flushed is merged soon: zstd there was a seventh of an import's processor time. Much of
  // a small log never gets further down, and takes a tenth more of disk for it.
  options.compression_per_level.assign(static_cast<std::size_t>(options.num_levels),
                                       rocksdb::kZSTD);
  options.compression_per_level.front() = rocksdb::kLZ4Compression;
  // The write-buffer manager is the limit over all shards; this one only keeps a single
  // family from taking all of it.
  options.write_buffer_size = (bulk ? 64u : 32u) << 20;
  options.arena_block_size = 128 << 10;  // some 200 memtables are open in a process
  options.max_write_buffer_number = 3;
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = 32u << 20;
  // Small tables, of which a scan's bloom filter leaves few to look into: merged half as often.
  options.level0_file_num_compaction_trigger = 8;
  if (bulk) {
    options.level0_slowdown_writes_trigger = 40;
    options.level0_stop_writes_trigger = 60;
  }
  return options;
}

rocksdb::DBOptions database_options(const SharedResources& shared) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  // The log is the write-ahead log: families must reach disk together or not at all.
  options.atomic_flush = true;
  // What was not flushed comes again from the log; who closes in peace calls flush() first.
  options.avoid_flush_during_shutdown = true;
  options.write_buffer_manager = shared.write_buffers;
  options.max_background_jobs = shared.background_threads;
  options.max_open_files = shared.open_tables;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.max_manifest_file_size = 4 << 20;
  options.stats_dump_period_sec = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  return options;
}

// The open database; whoever reads from it shares it, so it closes after the last reader.
struct Database {
  ~Database() {
    for (auto* handle : handles) {
      if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
    }
    if (db != nullptr) db->Close().PermitUncheckedError();
  }
  rocksdb::ColumnFamilyHandle* of(Family family) const {
    CHECK(family.index < families.size());
    return families[family.index];
  }

  std::shared_ptr<SharedResources> shared;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;   // all on disk; owned
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // by Family::index
};

// Index keys of one scan: bounded by the prefix, filtered by its first 16 bytes.
rocksdb::ReadOptions scan_options(std::string_view prefix) {
  rocksdb::ReadOptions options;
  const bool one_prefix = prefix.size() >= prefix_bytes;
  options.total_order_seek = !one_prefix;
  options.prefix_same_as_start = one_prefix;
  return options;
}

class RocksRows final : public Rows {
 public:
  RocksRows(std::shared_ptr<const void> keeps, std::unique_ptr<rocksdb::Iterator> iterator,
            std::string_view prefix, std::string_view from)
      : keeps_(std::move(keeps)), iterator_(std::move(iterator)), prefix_(prefix) {
    iterator_->Seek(slice(from.empty() ? prefix : from));
  }
  bool valid() const override { return iterator_->Valid() && key().starts_with(prefix_); }
  void next() override { iterator_->Next(); }
  std::string_view key() const override { return view(iterator_->key()); }
  std::string_view value() const override { return view(iterator_->value()); }
  Status status() const override { return to_status(iterator_->status()); }

 private:
  const std::shared_ptr<const void> keeps_;  // outlives the iterator
  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const std::string prefix_;
};

Result<std::optional<std::string>> got(const rocksdb::Status& status, std::string&& value) {
  if (status.IsNotFound()) return std::optional<std::string>();
  if (auto read = to_status(status); !read) return read.error();
  return std::optional<std::string>(std::move(value));
}

class Snapshot final : public RowView, public std::enable_shared_from_this<Snapshot> {
 public:
  Snapshot(std::shared_ptr<Database> database, const rocksdb::Snapshot* snapshot)
      : database_(std::move(database)), snapshot_(snapshot) {}
  ~Snapshot() override {
    if (snapshot_ != nullptr) database_->db->ReleaseSnapshot(snapshot_);
  }

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    std::string value;
    const auto status = database_->db->Get(options, database_->of(family), slice(key), &value);
    return got(status, std::move(value));
  }
  std::unique_ptr<Rows> scan(Family family, std::string_view prefix,
                             std::string_view from) const override {
    auto options = scan_options(prefix);
    options.snapshot = snapshot_;
    std::unique_ptr<rocksdb::Iterator> iterator(
        database_->db->NewIterator(options, database_->of(family)));
    return std::make_unique<RocksRows>(shared_from_this(), std::move(iterator), prefix, from);
  }

 private:
  const std::shared_ptr<Database> database_;
  const rocksdb::Snapshot* const snapshot_;  // null: whatever is newest
};

class RocksBatch final : public RowBatch {
 public:
  RocksBatch(std::shared_ptr<Database> database, std::size_t room)
      : database_(std::move(database)),
        batch_(rocksdb::BytewiseComparator(), room, /*overwrite_key=*/true) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    std::string value;
    const auto status = batch_.GetFromBatchAndDB(database_->db.get(), rocksdb::ReadOptions(),
                                                 database_->of(family), slice(key), &value);
    return got(status, std::move(value));
  }
  std::unique_ptr<Rows> scan(Family family, std::string_view prefix,
                             std::string_view from) const override {
    const auto options = scan_options(prefix);
    auto* handle = database_->of(family);
    std::unique_ptr<rocksdb::Iterator> merged(
        batch_.NewIteratorWithBase(handle, database_->db->NewIterator(options, handle)));
    return std::make_unique<RocksRows>(database_, std::move(merged), prefix, from);
  }
  void put(Family family, std::string_view key, std::string_view value) override {
    keep_error(batch_.Put(database_->of(family), slice(key), slice(value)));
  }
  void put_unseen(Family family, std::string_view key, std::string_view value) override {
    keep_error(batch_.GetWriteBatch()->Put(database_->of(family), slice(key), slice(value)));
  }
  void erase(Family family, std::string_view key) override {
    keep_error(batch_.Delete(database_->of(family), slice(key)));
  }
  void set_save_point() override { batch_.SetSavePoint(); }
  void roll_back() override { keep_error(batch_.RollbackToSavePoint()); }
  void drop_save_point() override { keep_error(batch_.PopSavePoint()); }
  std::size_t bytes() const override { return batch_.GetDataSize(); }

  Status write() {
    if (!error_.ok()) return to_status(error_);
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return to_status(database_->db->Write(options, batch_.GetWriteBatch()));
  }

 private:
  void keep_error(const rocksdb::Status& status) {
    if (error_.ok()) error_ = status;
  }
  const std::shared_ptr<Database> database_;
  mutable rocksdb::WriteBatchWithIndex batch_;  // reading is not const in RocksDB's header
  rocksdb::Status error_;
};

class RocksStore final : public Store {
 public:
  explicit RocksStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  std::unique_ptr<RowBatch> begin(std::size_t room) override {
    return std::make_unique<RocksBatch>(database_, room);
  }
  Status commit(std::unique_ptr<RowBatch> batch) override {
    return static_cast<RocksBatch&>(*batch).write();
  }
  Status flush() override {
    rocksdb::FlushOptions options;
    options.wait = true;
    return to_status(database_->db->Flush(options, database_->families));
  }
  std::shared_ptr<const RowView> snapshot() const override {
    return std::make_shared<Snapshot>(database_, database_->db->GetSnapshot());
  }
  std::shared_ptr<const RowView> latest() const override {
    return std::make_shared<Snapshot>(database_, nullptr);
  }
  std::optional<std::uint64_t> property(std::string_view name) const override {
    std::uint64_t value = 0;
    if (!database_->db->GetAggregatedIntProperty(slice(name), &value)) return std::nullopt;
    return value;
  }

 private:
  const std::shared_ptr<Database> database_;
};

// All families on disk must be opened, also those that this program does not know (an
// older one's): they are left alone.
std::vector<std::string> families_on_disk(const rocksdb::DBOptions& options,
                                          const std::filesystem::path& directory) {
  std::vector<std::string> names;
  const auto listed = rocksdb::DB::ListColumnFamilies(options, directory.string(), &names);
  if (!listed.ok()) names = {rocksdb::kDefaultColumnFamilyName};  // a new one
  return names;
}

std::vector<rocksdb::ColumnFamilyDescriptor> described(const Store::Options& options,
                                                       const std::vector<std::string>& names) {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) {
    descriptors.emplace_back(name, family_options(*options.shared, options.bulk, name));
  }
  return descriptors;
}

rocksdb::Status open_families(const Store::Options& options, const std::vector<std::string>& names,
                              Database& database) {
  rocksdb::DB* db = nullptr;
  auto opened = rocksdb::DB::Open(database_options(*options.shared), options.directory.string(),
                                  described(options, names), &database.handles, &db);
  database.db.reset(db);
  return opened;
}

// All at once: RocksDB writes its file of options, and reads it back, once for each call (and once
// for each family that Open makes), which took most of the time of opening a new store.
rocksdb::Status add_missing_families(const Store::Options& options, std::vector<std::string>& names,
                                     Database& database) {
  std::vector<std::string> missing;
  for (const auto& name : options.families) {
    if (std::find(names.begin(), names.end(), name) == names.end()) missing.push_back(name);
  }
  if (missing.empty()) return rocksdb::Status::OK();
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  auto made = database.db->CreateColumnFamilies(described(options, missing), &handles);
  database.handles.insert(database.handles.end(), handles.begin(), handles.end());
  names.insert(names.end(), missing.begin(), missing.end());
  return made;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
  CHECK(options.shared != nullptr);
  std::error_code failure;
  std::filesystem::create_directories(options.directory, failure);
  if (failure) {
    return events::unavailable("cannot make " + options.directory.string() + ": " +
                               failure.message());
  }
  auto database = std::make_shared<Database>();
  database->shared = options.shared;
  auto names = families_on_disk(database_options(*options.shared), options.directory);
  auto opened = open_families(options, names, *database);
  if (opened.ok()) opened = add_missing_families(options, names, *database);
  if (auto status = to_status(opened); !status) {
    return events::Error{status.error().code,
                         "cannot open the read models in " + options.directory.string() +
                             " (another process may have them): " + status.error().message,
                         {}};
  }
  for (const auto& name : options.families) {
    const auto place = std::find(names.begin(), names.end(), name) - names.begin();
    database->families.push_back(database->handles[static_cast<std::size_t>(place)]);
  }
  return std::unique_ptr<Store>(std::make_unique<RocksStore>(std::move(database)));
}

}  // namespace projections
