// A file that holds people's data outside the record, for a while: compressed, sealed with a
// key that its owner keeps (in memory, where the file need not outlive the process), mode 0600.
// Written once from front to back, in frames, so that neither side keeps more than one frame.
//
// Frame: length (u32, big endian) | sealed: zstd frame. Nonce: the frame's number; the last
// frame is empty, so that a file cut short is found out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "events/secrets.h"

namespace events {

inline constexpr std::size_t sealed_frame_bytes = 256u << 10;

// For one thread.
class SealedFileWriter {
 public:
  // A key must be used for one file only. unavailable: cannot be made, or exists.
  static Result<SealedFileWriter> make(const std::filesystem::path& path, const Secret& key);
  SealedFileWriter(SealedFileWriter&& other) noexcept;
  SealedFileWriter& operator=(SealedFileWriter&&) = delete;
  ~SealedFileWriter();

  Status append(std::string_view bytes);  // unavailable: the disk is full or broken
  Status finish();                        // once; without it no reader takes the file for whole
  std::uint64_t bytes() const { return bytes_; }

 private:
  SealedFileWriter(int file, const Secret& key) : file_(file), key_(key) {}
  Status put_frame(std::string_view plain);

  int file_;
  Secret key_;
  std::string waiting_;
  std::uint64_t frames_ = 0;
  std::uint64_t bytes_ = 0;
};

// For one thread. Goes on reading after the file was removed.
class SealedFileReader {
 public:
  static Result<SealedFileReader> open(const std::filesystem::path& path, const Secret& key);
  SealedFileReader(SealedFileReader&& other) noexcept;
  SealedFileReader& operator=(SealedFileReader&&) = delete;
  ~SealedFileReader();

  // The next frame's bytes; empty at the end. corrupt: altered, cut short, another key.
  Result<std::string> next();

 private:
  SealedFileReader(int file, const Secret& key) : file_(file), key_(key) {}

  int file_;
  Secret key_;
  std::uint64_t frames_ = 0;
  bool ended_ = false;
};

}  // namespace events
