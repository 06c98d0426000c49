#include "benchmarks/limits.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "events/check.h"
#include "events/dictionary.h"
#include "ingest/json.h"

namespace benchmarks {
namespace {

// A folder that goes with the object.
class Folder {
 public:
  explicit Folder(std::string_view name)
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("chartlog-limit-{}-{}", name, ::getpid())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<rocksdb::DB> open_database(const std::filesystem::path& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.IncreaseParallelism(2);
  options.write_buffer_size = 64u << 20;
  options.max_write_buffer_number = 4;
  rocksdb::DB* database = nullptr;
  CHECK(rocksdb::DB::Open(options, path.string(), &database).ok());
  return std::unique_ptr<rocksdb::DB>(database);
}

void add_row(rocksdb::WriteBatch& batch, std::uint64_t number, int row, std::string_view value) {
  batch.Put(fmt::format("{}{:016x}{:032x}", row, number * 0x9E3779B97F4A7C15u, number),
            rocksdb::Slice(value.data(), value.size()));
}

class BareImport {
 public:
  explicit BareImport(const WorkloadOptions& workload)
      : folder_("import"),
        log_(open_database(folder_.path() / "log")),
        rows_(open_database(folder_.path() / "rows")),
        workload_(workload) {
    CHECK(dictionary_ != nullptr);
  }

  double run() {
    const auto begin = Clock::now();
    std::thread other([this] { work(); });
    work();
    other.join();
    return static_cast<double>(resources_) / seconds_since(begin);
  }

 private:
  void work() {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                          ZSTD_freeCCtx);
    while (auto bundle = workload_.next()) one(*bundle, context.get());
  }

  void one(const std::string& bundle, ZSTD_CCtx* context) {
    const auto document = ingest::json::Document::parse(bundle);
    CHECK(document);
    std::string compressed(ZSTD_compressBound(bundle.size()), '\0');
    rocksdb::WriteBatch rows;
    std::string record;
    for (auto entry = document->root()["entry"].first(); entry; entry = entry.next()) {
      const std::string_view resource = entry["resource"].raw();
      const auto size =
          ZSTD_compress_usingCDict(context, compressed.data(), compressed.size(), resource.data(),
                                   resource.size(), dictionary_->compressing());
      CHECK(!ZSTD_isError(size));
      const std::string_view sealed(compressed.data(), size);
      record += sealed;
      const std::uint64_t number = resources_++;
      add_row(rows, number, 0, sealed);
      for (int row = 1; row < 4; ++row) add_row(rows, number, row, resource.substr(0, 100));
    }
    rocksdb::WriteOptions synced;
    synced.sync = true;
    CHECK(log_->Put(synced, fmt::format("{:016x}", bundles_++), record).ok());
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    CHECK(rows_->Write(unlogged, &rows).ok());
  }

  Folder folder_;
  std::unique_ptr<rocksdb::DB> log_, rows_;
  Workload workload_;
  const events::Dictionary* dictionary_ = events::find_dictionary(events::current_dictionary());
  std::atomic<std::uint64_t> resources_{0}, bundles_{0};
};

}  // namespace

Percentiles percentiles(std::vector<double> milliseconds) {
  CHECK(!milliseconds.empty());
  std::sort(milliseconds.begin(), milliseconds.end());
  return {milliseconds[milliseconds.size() / 2], milliseconds[milliseconds.size() * 99 / 100]};
}

double import_limit(const WorkloadOptions& workload) { return BareImport(workload).run(); }

Percentiles sync_limit(int writes) {
  const Folder folder("sync");
  const int file = ::open((folder.path() / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  CHECK(file >= 0);
  const std::string record(1024, 'x');
  std::vector<double> times;
  for (int i = 0; i < writes; ++i) {
    const auto begin = Clock::now();
    CHECK(::write(file, record.data(), record.size()) == 1024 && ::fdatasync(file) == 0);
    times.push_back(seconds_since(begin) * 1000);
  }
  ::close(file);
  return percentiles(std::move(times));
}

double scan_limit() {
  const Folder folder("scan");
  const auto database = open_database(folder.path());
  constexpr int prefixes = 2000, rows = 50;
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  const std::string value(200, 'v');
  for (int prefix = 0; prefix < prefixes; ++prefix) {
    for (int row = 0; row < rows; ++row)
      CHECK(database->Put(unlogged, fmt::format("{:016}{:04}", prefix * 7919L, row), value).ok());
  }
  CHECK(database->Flush({}).ok());
  const auto begin = Clock::now();
  std::size_t seen = 0;
  for (int prefix = 0; prefix < prefixes; ++prefix) {
    const std::unique_ptr<rocksdb::Iterator> rows_of(database->NewIterator({}));
    rows_of->Seek(fmt::format("{:016}", prefix * 7919L));
    for (int row = 0; row < rows && rows_of->Valid(); ++row, rows_of->Next())
      seen += rows_of->value().size();
  }
  CHECK(seen == static_cast<std::size_t>(prefixes) * rows * 200);
  return prefixes / seconds_since(begin);
}

double put_limit() {
  const Folder folder("put");
  const auto database = open_database(folder.path());
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  constexpr std::uint64_t rows = 600'000;
  const std::string value(150, 'v');
  const auto begin = Clock::now();
  for (std::uint64_t number = 0; number < rows; number += 200) {
    rocksdb::WriteBatch batch;
    for (std::uint64_t i = 0; i < 200; ++i) add_row(batch, number + i, 0, value);
    CHECK(database->Write(unlogged, &batch).ok());
  }
  return static_cast<double>(rows) / seconds_since(begin);
}

}  // namespace benchmarks
