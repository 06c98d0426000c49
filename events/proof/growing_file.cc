#include "events/proof/growing_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace events::proof {
namespace {

constexpr std::size_t tail_bytes_max = 64u << 10;

Error file_failed(const std::filesystem::path& path, const char* what) {
  return unavailable(fmt::format("{}: cannot {}: {}", path.string(), what, std::strerror(errno)));
}

bool write_at(int file, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return true;
}

}  // namespace

Status write_whole_file(const std::filesystem::path& path, std::string_view text, bool sync) {
  const auto fresh = path.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return file_failed(path, "be made");
  const bool written = write_at(file, text, 0) && (!sync || ::fdatasync(file) == 0);
  ::close(file);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0)
    return file_failed(path, "be written");
  return {};
}

GrowingFile::GrowingFile(std::filesystem::path path, int file, std::size_t entry_bytes,
                         bool read_only)
    : path_(std::move(path)), file_(file), entry_bytes_(entry_bytes), read_only_(read_only) {}

GrowingFile::GrowingFile(GrowingFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      entry_bytes_(other.entry_bytes_),
      read_only_(other.read_only_),
      written_(other.written_),
      tail_(std::move(other.tail_)) {}

GrowingFile::~GrowingFile() {
  if (file_ < 0) return;
  [[maybe_unused]] const auto written = write();
  ::close(file_);
}

Result<GrowingFile> GrowingFile::open(const std::filesystem::path& path, std::size_t entry_bytes,
                                      bool read_only) {
  const int flags = read_only ? O_RDONLY : O_RDWR | O_CREAT;
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (file < 0) return file_failed(path, "be opened");
  GrowingFile opened(path, file, entry_bytes, read_only);
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return file_failed(path, "be read");
  opened.written_ = static_cast<std::uint64_t>(facts.st_size) / entry_bytes * entry_bytes;
  return opened;
}

std::uint64_t GrowingFile::count() const { return (written_ + tail_.size()) / entry_bytes_; }

Status GrowingFile::cut(std::uint64_t entries) {
  if (count() < entries) {
    return corrupt(
        fmt::format("{}: {} entries, {} were written; remove the folder, it is made "
                    "anew from the log",
                    path_.string(), count(), entries));
  }
  if (count() == entries) return {};
  if (auto flushed = write(); !flushed) return flushed;
  written_ = entries * entry_bytes_;
  if (!read_only_ && ::ftruncate(file_, static_cast<off_t>(written_)) != 0)
    return file_failed(path_, "cut");
  return {};
}

Status GrowingFile::add(std::string_view entry) {
  tail_ += entry;
  return tail_.size() < tail_bytes_max ? Status() : write();
}

Status GrowingFile::write() {
  if (tail_.empty()) return {};
  if (!write_at(file_, tail_, written_)) return file_failed(path_, "write");
  written_ += tail_.size();
  tail_.clear();
  return {};
}

Status GrowingFile::sync() {
  if (auto flushed = write(); !flushed) return flushed;
  return ::fdatasync(file_) == 0 ? Status() : file_failed(path_, "sync");
}

Result<std::string> GrowingFile::read(std::uint64_t index, std::uint64_t entries) const {
  const auto begin = index * entry_bytes_, size = entries * entry_bytes_;
  if (index + entries > count()) {
    return corrupt(fmt::format("{}: entry {} is not there", path_.string(), index + entries - 1));
  }
  std::string bytes(size, '\0');
  const auto on_disk = begin >= written_ ? 0 : std::min<std::uint64_t>(size, written_ - begin);
  for (std::uint64_t done = 0; done < on_disk;) {
    const auto got =
        ::pread(file_, bytes.data() + done, on_disk - done, static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_failed(path_, "read");
    done += static_cast<std::uint64_t>(got);
  }
  if (on_disk < size)
    bytes.replace(on_disk, size - on_disk, tail_, begin + on_disk - written_, size - on_disk);
  return bytes;
}

}  // namespace events::proof
