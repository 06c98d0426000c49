#include "ingest/bulk/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ingest::bulk {
namespace {

using events::Error;
using events::ErrorCode;
namespace fs = std::filesystem;

std::string identity_of(const struct stat& status) {
  return fmt::format("{} bytes of {}.{:09}, file {}", status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec, status.st_ino);
}

class LocalSource final : public Source {
 public:
  LocalSource(int file, std::string url, std::string identity)
      : file_(file), url_(std::move(url)), identity_(std::move(identity)) {}
  LocalSource(const LocalSource&) = delete;
  LocalSource& operator=(const LocalSource&) = delete;
  ~LocalSource() override { ::close(file_); }

  events::Result<std::size_t> read(char* into, std::size_t bytes_max) override;
  const std::string& identity() const override { return identity_; }

 private:
  const int file_;
  const std::string url_;
  const std::string identity_;
};

events::Result<std::size_t> LocalSource::read(char* into, std::size_t bytes_max) {
  while (true) {
    const auto got = ::read(file_, into, bytes_max);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return events::unavailable(
          fmt::format("{}: cannot be read: {}", file_name(url_), std::strerror(errno)));
    struct stat now {};
    // What was appended while it was read may be half a line.
    if (got == 0 && (::fstat(file_, &now) != 0 || identity_of(now) != identity_))
      return source_changed(url_);
    return static_cast<std::size_t>(got);
  }
}

}  // namespace

Error source_changed(std::string_view url) {
  return {ErrorCode::conflict,
          fmt::format("{}: has changed since this import began to read it; what was taken from it "
                      "stays. Import the new one",
                      file_name(url)),
          {}};
}

events::Result<std::unique_ptr<Source>> open_local_source(const SourcePlace& place,
                                                          const SourceRules& rules) {
  const Error absent{ErrorCode::not_found,
                     fmt::format("{}: is no file of the import-directory", file_name(place.url)),
                     {}};
  std::error_code failed;
  const auto root = fs::canonical(rules.directory, failed);
  const auto path = failed ? fs::path() : fs::canonical(root / place.url, failed);
  if (failed) return absent;
  // A link may lead out of it.
  const auto [end, ignored] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  if (end != root.end()) return absent;
  // A pipe would not open before somebody writes to it.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (file < 0) return absent;
  struct stat status {};
  const bool regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  auto source = std::make_unique<LocalSource>(file, place.url, identity_of(status));
  if (!regular) return absent;
  if (!place.identity.empty() && place.identity != source->identity())
    return source_changed(place.url);
  if (::lseek(file, static_cast<off_t>(place.offset), SEEK_SET) < 0) return absent;
  return source;
}

events::Result<std::unique_ptr<Source>> open_source(const SourcePlace& place,
                                                    const SourceRules& rules,
                                                    const Stopped& stopped) {
  return is_web_address(place.url) ? open_remote_source(place, rules, stopped)
                                   : open_local_source(place, rules);
}

}  // namespace ingest::bulk
