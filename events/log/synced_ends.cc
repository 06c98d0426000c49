#include "events/log/synced_ends.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "events/check.h"

namespace events {
namespace {

constexpr std::uint64_t magic = 0x31'73'64'6e'65'67'6f'6c;  // "logends1"
constexpr std::size_t page = 4096;

struct Slot {
  std::uint64_t sequence = 0;
  std::vector<Offset> ends;
};

std::size_t slot_size(std::size_t partitions) {
  return (28 + 8 * partitions + page - 1) / page * page;
}

// CRC-64 (ECMA-182): a few hundred bytes a group, so no table.
std::uint64_t crc(std::string_view bytes) {
  std::uint64_t rest = 0;
  for (const char byte : bytes) {
    rest ^= std::uint64_t{static_cast<std::uint8_t>(byte)} << 56;
    for (int bit = 0; bit < 8; ++bit) rest = (rest << 1) ^ ((rest >> 63) * 0x42f0e1eba9ea3693);
  }
  return rest;
}

template <class Number>
void put(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number take(std::string_view& bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

std::string encode(std::uint64_t sequence, std::span<const Offset> ends) {
  std::string bytes;
  put(bytes, magic);
  put(bytes, sequence);
  put(bytes, static_cast<std::uint32_t>(ends.size()));
  for (const Offset end : ends) put(bytes, end.value);
  put(bytes, crc(bytes));
  return bytes;
}

std::optional<Slot> decode(std::string_view bytes) {
  const std::string_view whole = bytes;
  if (bytes.size() < 28 || take<std::uint64_t>(bytes) != magic) return std::nullopt;
  Slot slot;
  slot.sequence = take<std::uint64_t>(bytes);
  const auto partitions = take<std::uint32_t>(bytes);
  if (bytes.size() < 8 * (std::size_t{partitions} + 1)) return std::nullopt;
  for (std::uint32_t i = 0; i < partitions; ++i) slot.ends.push_back({take<std::int64_t>(bytes)});
  const std::string_view covered = whole.substr(0, whole.size() - bytes.size());
  if (take<std::uint64_t>(bytes) != crc(covered)) return std::nullopt;
  return slot;
}

// The name of a new file is durable once its folder is synced.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CHECK(descriptor >= 0 && ::fsync(descriptor) == 0);
  ::close(descriptor);
}

std::string read_all(int file) {
  std::string bytes;
  char chunk[page];
  for (ssize_t got;
       (got = ::pread(file, chunk, sizeof chunk, static_cast<off_t>(bytes.size()))) > 0;) {
    bytes.append(chunk, static_cast<std::size_t>(got));
  }
  return bytes;
}

}  // namespace

SyncedEnds::SyncedEnds(int file, std::uint32_t partitions) : file_(file), ends_(partitions) {}

SyncedEnds::SyncedEnds(SyncedEnds&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      sequence_(other.sequence_),
      ends_(std::move(other.ends_)) {}

SyncedEnds::~SyncedEnds() {
  if (file_ < 0) return;
  sync();
  ::close(file_);
}

// A crash between making and writing it leaves it empty.
bool SyncedEnds::exists(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::exists(file, none) && std::filesystem::file_size(file, none) > 0;
}

Result<SyncedEnds> SyncedEnds::open(const std::filesystem::path& file, std::uint32_t partitions) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return unavailable(fmt::format("{}: {}", file.string(), std::strerror(errno)));
  SyncedEnds ends(descriptor, partitions);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::precondition_failed,
                 fmt::format("{}: another process has this log open", file.string()),
                 {}};
  }
  if (::lseek(descriptor, 0, SEEK_END) == 0) {
    ends.write(std::vector<Offset>(partitions));
    ends.sync();
    sync_folder(file.parent_path());
    return ends;
  }
  if (!ends.read_slots()) return corrupt(fmt::format("{}: no whole slot in it", file.string()));
  if (ends.ends_.size() != partitions) {
    return Error{ErrorCode::precondition_failed,
                 fmt::format("{}: the log was made with {} partitions, not {}; fixed for life",
                             file.string(), ends.ends_.size(), partitions),
                 {}};
  }
  return ends;
}

bool SyncedEnds::read_slots() {
  const std::string bytes = read_all(file_);
  bool found = false;
  // The second slot's place follows from the partition number in the first, which
  // may be torn: look at every page.
  for (std::size_t at = 0; at < bytes.size(); at += page) {
    auto slot = decode(std::string_view(bytes).substr(at));
    if (!slot || (found && slot->sequence < sequence_)) continue;
    found = true;
    sequence_ = slot->sequence;
    ends_ = std::move(slot->ends);
  }
  return found;
}

void SyncedEnds::write(std::span<const Offset> ends) {
  ++sequence_;
  const std::string bytes = encode(sequence_, ends);
  const auto at = static_cast<off_t>(sequence_ % 2 * slot_size(ends.size()));
  CHECK(::pwrite(file_, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()));
  ends_.assign(ends.begin(), ends.end());
}

void SyncedEnds::sync() { CHECK(::fdatasync(file_) == 0); }

}  // namespace events
