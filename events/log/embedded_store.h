// The records of an embedded log on disk: a RocksDB of its own.
//
// Key    partition u32 BE | offset i64 BE
// Value  append time, microseconds since 1970, i64 BE | key size u32 BE | key | value
//
// Values lie in blob files, so that compaction moves only keys.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/log/event_log.h"

namespace rocksdb {
class DB;
}

namespace events {

// A record as it is stored; its append time is filled in when its turn comes.
class StoredRecord {
 public:
  StoredRecord(std::string_view key, std::string_view value);
  void set_append_time(KnownTime time);
  std::string_view bytes() const { return bytes_; }
  // Nothing if the bytes are not a record.
  static std::optional<LogRecord> decode(Offset offset, std::string_view bytes);

 private:
  std::string bytes_;
};

struct StoredAt {
  Position position;
  std::string_view bytes;
};

class EmbeddedStore {
 public:
  static bool exists(const std::filesystem::path& directory);
  // corrupt: the files do not verify, or a partition's records end before
  // `synced_ends`; then nothing on the disk was changed.
  static Result<std::unique_ptr<EmbeddedStore>> open(const std::filesystem::path& directory,
                                                     std::span<const Offset> synced_ends);
  // As it lies there, changing no file; write() must not be called.
  static Result<std::unique_ptr<EmbeddedStore>> open_to_read(
      const std::filesystem::path& directory);
  ~EmbeddedStore();

  // One write, synced. If it fails what is on the disk is unknown, and the
  // process ends.
  void write(std::span<const StoredAt> records);

  // Removes what lies below `below`, synced. If it fails the process ends, as with write().
  void remove_below(PartitionId partition, Offset below);

  // Nothing if the partition is empty.
  Result<std::optional<LogRecord>> first(PartitionId partition) const;
  Result<std::optional<LogRecord>> last(PartitionId partition) const;
  // From `from`, before `end`: at least one, then as many as fit in `bytes_max`.
  // corrupt: an offset between is missing, or its bytes do not verify.
  Result<std::vector<LogRecord>> read(PartitionId partition, Offset from, Offset end,
                                      std::size_t bytes_max) const;

 private:
  EmbeddedStore(std::string path, std::unique_ptr<rocksdb::DB> db);

  const std::string path_;
  const std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace events
