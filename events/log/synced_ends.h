// The witness beside an embedded log: how far each partition was synced. RocksDB
// opens a log that lost the end of its WAL without a word (a torn tail and a
// truncated file look alike); this file knows how much was there.
//
// Layout  two slots of 4 KiB or more, written in turn, the newer whole one counts:
//         magic u64 | sequence u64 | partitions u32 | end i64 for each | CRC-64 u64,
//         little endian
//
// It is written after each sync of the log, so it never claims too much, and is
// itself synced about once a second. After a killed process it is exact; after a
// power loss it may lag by what the disk had not yet taken of it, so that a loss of the
// last second could pass unseen. A sync of its own for each group would close that
// gap at twice the price of a write.
//
// The file is also the lock of its log and the record of its partition number.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "events/ids.h"

namespace events {

class SyncedEnds {
 public:
  static bool exists(const std::filesystem::path& file);
  // Makes the file if absent. precondition_failed: another process has it, or it
  // was made for another number of partitions. corrupt: no slot is whole.
  static Result<SyncedEnds> open(const std::filesystem::path& file, std::uint32_t partitions);
  SyncedEnds(SyncedEnds&& other) noexcept;
  SyncedEnds& operator=(SyncedEnds&&) = delete;
  ~SyncedEnds();  // syncs, unlocks

  const std::vector<Offset>& ends() const { return ends_; }

  // A failed write or sync ends the process, as one of the log does.
  void write(std::span<const Offset> ends);
  void sync();

 private:
  SyncedEnds(int file, std::uint32_t partitions);
  bool read_slots();

  int file_;
  std::uint64_t sequence_ = 0;
  std::vector<Offset> ends_;
};

}  // namespace events
