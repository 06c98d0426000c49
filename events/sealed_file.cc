#include "events/sealed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "events/compression.h"
#include "events/seal.h"

namespace events {
namespace {

constexpr std::size_t length_bytes = 4;
// What no frame of ours exceeds: zstd may add a little to bytes that do not compress.
constexpr std::size_t sealed_max = 2 * sealed_frame_bytes;

Status write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      return unavailable(fmt::format("cannot write a sealed file: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

bool read_all(int file, char* into, std::size_t size) {
  while (size > 0) {
    const auto got = ::read(file, into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

Result<SealedFileWriter> SealedFileWriter::make(const std::filesystem::path& path,
                                                const Secret& key) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return unavailable(fmt::format("cannot make {}: {}", path.string(), std::strerror(errno)));
  return SealedFileWriter(file, key);
}

SealedFileWriter::SealedFileWriter(SealedFileWriter&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      key_(other.key_),
      waiting_(std::move(other.waiting_)),
      frames_(other.frames_),
      bytes_(other.bytes_) {}

SealedFileWriter::~SealedFileWriter() {
  if (file_ >= 0) ::close(file_);
}

Status SealedFileWriter::append(std::string_view bytes) {
  bytes_ += bytes.size();
  while (waiting_.size() + bytes.size() >= sealed_frame_bytes) {
    const auto part = bytes.substr(0, sealed_frame_bytes - waiting_.size());
    waiting_ += part;
    bytes.remove_prefix(part.size());
    if (auto put = put_frame(waiting_); !put) return put;
    waiting_.clear();
  }
  waiting_ += bytes;
  return {};
}

Status SealedFileWriter::finish() {
  if (!waiting_.empty()) {
    if (auto put = put_frame(waiting_); !put) return put;
  }
  waiting_ = {};
  return put_frame({});
}

Status SealedFileWriter::put_frame(std::string_view plain) {
  const auto compressed = compress(plain, nullptr);
  const auto size = compressed.size() + seal_tag_bytes;
  std::string frame(length_bytes + size, '\0');
  for (std::size_t i = 0; i < length_bytes; ++i)
    frame[i] = static_cast<char>(size >> (8 * (length_bytes - 1 - i)));
  seal_into({reinterpret_cast<std::uint8_t*>(frame.data()) + length_bytes, size}, key_,
            nonce_of(frames_++), {}, compressed);
  return write_all(file_, frame);
}

Result<SealedFileReader> SealedFileReader::open(const std::filesystem::path& path,
                                                const Secret& key) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return Error{ErrorCode::not_found,
                 fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)),
                 {}};
  return SealedFileReader(file, key);
}

SealedFileReader::SealedFileReader(SealedFileReader&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      key_(other.key_),
      frames_(other.frames_),
      ended_(other.ended_) {}

SealedFileReader::~SealedFileReader() {
  if (file_ >= 0) ::close(file_);
}

Result<std::string> SealedFileReader::next() {
  if (ended_) return std::string();
  std::array<char, length_bytes> length{};
  if (!read_all(file_, length.data(), length.size())) return corrupt("a sealed file is cut short");
  std::size_t size = 0;
  for (const char byte : length) size = size << 8 | static_cast<std::uint8_t>(byte);
  if (size < seal_tag_bytes || size > sealed_max) return corrupt("a sealed file does not read");
  std::string sealed(size, '\0');
  if (!read_all(file_, sealed.data(), size)) return corrupt("a sealed file is cut short");
  auto compressed = unseal(key_, nonce_of(frames_++), {}, sealed);
  if (!compressed) return compressed.error();
  auto plain = inflate(*compressed, nullptr, sealed_frame_bytes);
  if (!plain) return plain.error();
  ended_ = plain->empty();
  return plain;
}

}  // namespace events
