#include "ops/node/data_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace ops::node {

events::Result<DataFolder> DataFolder::lock(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return events::unavailable(fmt::format("data: {} cannot be made: {}", path.string(), failed.message()));
  const auto lock = path / "lock";
  const int file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return events::unavailable(fmt::format("data: {} cannot be opened: {}", lock.string(), std::strerror(errno)));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    std::string pid;
    std::getline(std::ifstream(lock) >> std::ws, pid);
    return events::unavailable(fmt::format("data: {} is in use by process {}; stop it, or name another --data", path.string(), pid));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file, 0) != 0 || ::write(file, pid.data(), pid.size()) < 0) {
    ::close(file);
    return events::unavailable(fmt::format("data: {} cannot be written: {}", lock.string(), std::strerror(errno)));
  }
  return DataFolder(file);
}

DataFolder::DataFolder(DataFolder&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
DataFolder::~DataFolder() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace ops::node
