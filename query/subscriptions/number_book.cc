#include "query/subscriptions/number_book.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace query::subscriptions {
namespace {

using events::Result;
using events::Status;
using projections::KeyReader;
using projections::KeyWriter;
using projections::RowReader;
using projections::RowWriter;

enum Kind : std::uint8_t { of_log = 1, cursors = 2, delivered = 3, alive = 4, numbers = 5 };

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Status to_status(const rocksdb::Status& status) {
  if (status.ok()) return {};
  if (status.IsCorruption()) return events::corrupt("event numbers: " + status.ToString());
  return events::unavailable("event numbers: " + status.ToString());
}

constexpr std::size_t batch_bytes = 1u << 20;

std::string key_of(Kind kind, std::string_view subscription) {
  return KeyWriter().u8(kind).text(subscription).key();
}
std::string number_key(std::string_view subscription, std::uint64_t first) {
  return KeyWriter().u8(numbers).text(subscription).u64(first).key();
}

std::string encode(const Cursor& cursor) {
  RowWriter row;
  row.varint(cursor.birth.value).varint(cursor.last).varint(cursor.next.size());
  for (const auto& [partition, next] : cursor.next)
    row.varint(partition.value).signed_varint(next.value);
  return std::move(row).row();
}

Cursor decode_cursor(RowReader& row) {
  Cursor cursor;
  cursor.birth.value = row.varint();
  cursor.last = row.varint();
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    const events::PartitionId partition{static_cast<std::uint32_t>(row.varint())};
    cursor.next[partition].value = row.signed_varint();
  }
  return cursor;
}

std::string encode(const Assignment& assignment) {
  RowWriter row;
  row.varint(assignment.position.partition.value)
      .signed_varint(assignment.position.offset.value)
      .varint(assignment.ordinals.size());
  std::uint32_t before = 0;
  for (const auto ordinal : assignment.ordinals) {
    row.varint(ordinal - before);
    before = ordinal;
  }
  return std::move(row).row();
}

class RocksNumberBook final : public NumberBook {
 public:
  Status open(const std::filesystem::path& directory, const events::LogId& log) {
    std::error_code failure;
    std::filesystem::create_directories(directory.parent_path(), failure);
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 4u << 20;
    options.max_open_files = 32;
    options.keep_log_file_num = 2;
    options.max_log_file_size = 1 << 20;
    options.stats_dump_period_sec = 0;
    options.compression = rocksdb::kLZ4Compression;
    // Synced writes only are promised; a torn tail is of what nobody was told yet.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    rocksdb::DB* opened = nullptr;
    if (auto status = to_status(rocksdb::DB::Open(options, directory.string(), &opened)); !status)
      return status;
    db_.reset(opened);
    return check_log(log);
  }

  Result<std::map<std::string, Entry>> all() const override {
    std::map<std::string, Entry> found;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->Seek(slice(KeyWriter().u8(cursors).key())); at->Valid(); at->Next()) {
      KeyReader key(view(at->key()));
      const auto kind = key.u8();
      if (!kind || *kind > alive) break;
      const auto id = key.text();
      if (!id) return events::corrupt("event numbers: a key does not read");
      RowReader row(view(at->value()));
      Entry& entry = found[*id];
      if (*kind == cursors) entry.cursor = decode_cursor(row);
      if (*kind == delivered) entry.delivered = row.varint();
      if (*kind == alive) entry.alive.value = row.varint();
      if (!row.done()) return events::corrupt("event numbers: a row does not read");
    }
    if (auto read = to_status(at->status()); !read) return read.error();
    return found;
  }

  Result<std::vector<Numbered>> read(std::string_view subscription, std::uint64_t from,
                                     std::uint64_t until, std::size_t limit) const override {
    std::vector<Numbered> found;
    const std::string prefix = key_of(numbers, subscription);
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    // The row that holds `from` may begin before it.
    at->SeekForPrev(slice(number_key(subscription, from)));
    if (!at->Valid() || !view(at->key()).starts_with(prefix)) at->Seek(slice(prefix));
    for (; at->Valid() && view(at->key()).starts_with(prefix); at->Next()) {
      KeyReader key(view(at->key()).substr(prefix.size()));
      const auto first = key.u64();
      if (!first || !key.done()) return events::corrupt("event numbers: a key does not read");
      RowReader row(view(at->value()));
      Numbered one{*first, {}, 0};
      one.position.partition.value = static_cast<std::uint32_t>(row.varint());
      one.position.offset.value = row.signed_varint();
      for (auto left = row.varint(); left > 0 && row.ok(); --left, ++one.number) {
        one.ordinal += static_cast<std::uint32_t>(row.varint());
        if (one.number < from) continue;
        if (one.number > until || found.size() >= limit) return found;
        found.push_back(one);
      }
      if (!row.done()) return events::corrupt("event numbers: a row does not read");
    }
    if (auto read = to_status(at->status()); !read) return read.error();
    return found;
  }

  void assign(std::string_view subscription, const Assignment& assignment) override {
    batch_.Put(slice(number_key(subscription, assignment.first)), slice(encode(assignment)));
  }
  void set_cursor(std::string_view subscription, const Cursor& cursor) override {
    batch_.Put(slice(key_of(cursors, subscription)), slice(encode(cursor)));
  }
  Status write() override {
    if (batch_.Count() == 0) return {};
    rocksdb::WriteOptions options;
    options.sync = true;
    const auto written = db_->Write(options, &batch_);
    batch_.Clear();
    return to_status(written);
  }

  void drop() override { batch_.Clear(); }

  Status set_delivered(std::string_view subscription, std::uint64_t number) override {
    return put(delivered, subscription, number);
  }
  Status set_alive(std::string_view subscription, events::Version version) override {
    return put(alive, subscription, version.value);
  }
  Status forget(std::string_view subscription) override {
    rocksdb::WriteBatch batch;
    for (const auto kind : {cursors, delivered, alive}) batch.Delete(slice(key_of(kind, subscription)));
    rocksdb::WriteOptions options;
    options.sync = true;
    if (auto gone = to_status(db_->Write(options, &batch)); !gone) return gone;
    return forget_numbers(subscription);
  }

 private:
  // One by one: nothing then can stand between the numbers of a next life and a reader.
  Status forget_numbers(std::string_view subscription) {
    const std::string prefix = key_of(numbers, subscription);
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    rocksdb::WriteBatch batch;
    for (at->Seek(slice(prefix)); at->Valid() && view(at->key()).starts_with(prefix); at->Next()) {
      batch.Delete(at->key());
      if (batch.GetDataSize() < batch_bytes) continue;
      if (auto gone = to_status(db_->Write({}, &batch)); !gone) return gone;
      batch.Clear();
    }
    if (auto read = to_status(at->status()); !read) return read;
    rocksdb::WriteOptions options;
    options.sync = true;
    return to_status(db_->Write(options, &batch));
  }

  Status put(Kind kind, std::string_view subscription, std::uint64_t value) {
    const auto row = RowWriter().varint(value).row();
    return to_status(db_->Put({}, slice(key_of(kind, subscription)), slice(row)));
  }

  Status check_log(const events::LogId& log) {
    const auto key = KeyWriter().u8(of_log).key();
    std::string known;
    const auto found = db_->Get({}, slice(key), &known);
    if (found.IsNotFound()) {
      rocksdb::WriteOptions options;
      options.sync = true;
      return to_status(db_->Put(options, slice(key), slice(log.bytes())));
    }
    if (!found.ok()) return to_status(found);
    if (known == log.bytes()) return {};
    return events::Error{events::ErrorCode::precondition_failed,
                         "the event numbers of subscriptions are of another log; remove the "
                         "folder `subscriptions` of the data, and every feed begins anew",
                         {}};
  }

  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch batch_;
};

}  // namespace

Result<std::unique_ptr<NumberBook>> NumberBook::open(const std::filesystem::path& directory,
                                                     const events::LogId& log) {
  auto book = std::make_unique<RocksNumberBook>();
  if (auto opened = book->open(directory, log); !opened) return opened.error();
  return std::unique_ptr<NumberBook>(std::move(book));
}

}  // namespace query::subscriptions
