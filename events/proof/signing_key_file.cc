// Where a node's signing key lies: see signed_note.h.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "events/hmac.h"
#include "events/proof/signed_note.h"

namespace events::proof {
namespace {

constexpr std::string_view before_key = "signing_key = \"";

Error key_refused(const std::filesystem::path& file, std::string_view why) {
  return {ErrorCode::precondition_failed, fmt::format("{}: {}", file.string(), why), {}};
}

Status make_key_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return key_refused(file, std::strerror(errno));
  Hash seed;
  fill_random(seed);
  const auto text = fmt::format(
      "# Signs this node's checkpoints. Whoever has it can sign in this node's name.\n{}{}\"\n",
      before_key, to_hex(bytes_of(seed)));
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const Status status = written ? Status() : key_refused(file, std::strerror(errno));
  ::close(descriptor);
  return status;
}

Result<Hash> read_key_file(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return key_refused(file, std::strerror(errno));
  if ((facts.st_mode & 077) != 0) {
    return key_refused(
        file, fmt::format("others may read it (mode {:04o}); chmod 600 it", facts.st_mode & 07777));
  }
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(before_key) || !line.ends_with('"')) continue;
    const auto hex = std::string_view(line).substr(before_key.size());
    const auto bytes = from_hex(hex.substr(0, hex.size() - 1));
    Hash seed;
    if (!bytes || bytes->size() != seed.size()) break;
    std::memcpy(seed.data(), bytes->data(), seed.size());
    return seed;
  }
  return key_refused(file, "no key in it; write signing_key = \"<64 hex digits>\", or remove it");
}

}  // namespace

Result<SigningKey> SigningKey::read_or_make(const std::filesystem::path& file, std::string name) {
  if (!std::filesystem::exists(file)) {
    if (auto made = make_key_file(file); !made) return made.error();
  }
  const auto seed = read_key_file(file);
  if (!seed) return seed.error();
  return SigningKey(std::move(name), *seed);
}

}  // namespace events::proof
