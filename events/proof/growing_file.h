// A file of entries of one size that only grows; what was added lately is kept in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "events/result.h"

namespace events::proof {

// Written aside and renamed into place, so that nobody sees half of it.
Status write_whole_file(const std::filesystem::path& file, std::string_view text, bool sync);

// For one thread at a time.
class GrowingFile {
 public:
  static Result<GrowingFile> open(const std::filesystem::path& file, std::size_t entry_bytes,
                                  bool read_only);
  GrowingFile(GrowingFile&& other) noexcept;
  GrowingFile& operator=(GrowingFile&&) = delete;
  ~GrowingFile();  // writes what it has in memory, does not sync

  std::uint64_t count() const;
  Status cut(std::uint64_t count);  // corrupt: it is shorter
  Status add(std::string_view entry);
  Result<std::string> read(std::uint64_t index, std::uint64_t entries) const;
  Status write();  // what is in memory
  Status sync();

 private:
  GrowingFile(std::filesystem::path path, int file, std::size_t entry_bytes, bool read_only);

  std::filesystem::path path_;
  int file_;
  std::size_t entry_bytes_;
  bool read_only_;
  std::uint64_t written_ = 0;  // bytes
  std::string tail_;           // behind them
};

}  // namespace events::proof
