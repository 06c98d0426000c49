#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "events/hmac.h"
#include "events/secrets.h"

namespace events {

namespace {

constexpr char log_secret_variable[] = "CHARTLOG_LOG_SECRET";
constexpr char master_key_variable[] = "CHARTLOG_MASTER_KEY";

Error refused(std::string message) {
  return {ErrorCode::precondition_failed, std::move(message), {}};
}

std::optional<Secret> secret_of_hex(std::string_view hex) {
  auto bytes = from_hex(hex);
  Secret secret;
  if (!bytes || bytes->size() != secret.size()) return std::nullopt;
  std::memcpy(secret.data(), bytes->data(), secret.size());
  return secret;
}

// Nothing if neither variable is set; a half or misspelt pair is refused.
Result<std::optional<Secrets>> from_environment() {
  const char* log_text = std::getenv(log_secret_variable);
  const char* master_text = std::getenv(master_key_variable);
  if (log_text == nullptr && master_text == nullptr) return std::optional<Secrets>{};
  if (log_text == nullptr || master_text == nullptr) {
    return refused(fmt::format("{} is set but {} is not; set both or neither",
                               log_text ? log_secret_variable : master_key_variable,
                               log_text ? master_key_variable : log_secret_variable));
  }
  auto log_secret = secret_of_hex(log_text);
  auto master_key = secret_of_hex(master_text);
  if (!log_secret || !master_key) {
    return refused(fmt::format("{} is not a secret; write 64 hex digits",
                               log_secret ? master_key_variable : log_secret_variable));
  }
  return std::optional<Secrets>{{*log_secret, *master_key}};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::optional<Secret> secret_in_quotes(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  return secret_of_hex(value.substr(1, value.size() - 2));
}

Result<Secrets> parse(std::string_view text, const std::string& name) {
  std::optional<Secret> log_secret;
  std::optional<Secret> master_key;
  for (int line_number = 1; !text.empty(); ++line_number) {
    auto end = text.find('\n');
    std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    auto equals = line.find('=');
    std::string_view member = trimmed(line.substr(0, equals));
    auto secret = equals == std::string_view::npos
                      ? std::nullopt
                      : secret_in_quotes(trimmed(line.substr(equals + 1)));
    auto& place = member == "log_secret" ? log_secret : master_key;
    if (!secret || place || (member != "log_secret" && member != "master_key")) {
      // The line itself may hold a secret and is not shown.
      return refused(
          fmt::format("{}:{}: not a secret; write log_secret = \"<64 hex digits>\" and "
                      "master_key = \"<64 hex digits>\", each once",
                      name, line_number));
    }
    place = secret;
  }
  if (!log_secret || !master_key) {
    return refused(
        fmt::format("{}: {} is missing", name, log_secret ? "master_key" : "log_secret"));
  }
  return Secrets{*log_secret, *master_key};
}

struct File {
  int descriptor = -1;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Error system_error(const std::string& name, const char* what) {
  return refused(fmt::format("{}: cannot {}: {}", name, what, std::strerror(errno)));
}

Result<Secrets> read_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  File file{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.descriptor < 0 && errno == ENOENT) {
    return Error{ErrorCode::not_found, fmt::format("{}: no such secrets file", name), {}};
  }
  struct stat facts {};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &facts) != 0)
    return system_error(name, "read");
  if ((facts.st_mode & 077) != 0) {
    return refused(fmt::format("{}: others may read it (mode {:04o}); chmod 600 it", name,
                               facts.st_mode & 07777));
  }
  std::array<char, 4096> buffer;
  const ssize_t size = ::read(file.descriptor, buffer.data(), buffer.size());
  if (size < 0) return system_error(name, "read");
  auto secrets = parse({buffer.data(), static_cast<std::size_t>(size)}, name);
  OPENSSL_cleanse(buffer.data(), buffer.size());
  return secrets;
}

// `name` ends in XXXXXX and becomes that of a new file of mode 0600.
Status write_aside(std::string& name, std::string_view text) {
  File file{::mkostemp(name.data(), O_CLOEXEC)};
  if (file.descriptor < 0) return system_error(name, "write");
  const bool written =
      ::write(file.descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written || ::fsync(file.descriptor) != 0) return system_error(name, "write");
  return {};
}

// Written aside and linked into place, so that of two processes that start at
// once both use the file of the first, and nobody sees half of one.
Status make_file(const std::filesystem::path& path) {
  Secrets secrets;
  fill_random(secrets.log_secret);
  fill_random(secrets.master_key);
  std::error_code ignored;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::filesystem::create_directories(folder, ignored);
  std::string aside = path.string() + ".XXXXXX";
  auto written = write_aside(
      aside,
      fmt::format(
          "# Whoever has these reads every record of this log. Keep a copy apart from the data.\n"
          "log_secret = \"{}\"\nmaster_key = \"{}\"\n",
          to_hex(bytes_of(secrets.log_secret)), to_hex(bytes_of(secrets.master_key))));
  if (!written) return written;
  const bool linked = ::link(aside.c_str(), path.c_str()) == 0 || errno == EEXIST;
  Status status = linked ? Status{} : Status{system_error(path.string(), "make")};
  ::unlink(aside.c_str());
  File directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (status && ::fsync(directory.descriptor) != 0) return system_error(folder.string(), "sync");
  return status;
}

}  // namespace

Result<Secrets> Secrets::read(const std::filesystem::path& file) {
  auto given = from_environment();
  if (!given) return given.error();
  return *given ? Result<Secrets>(**given) : read_file(file);
}

Result<Secrets> Secrets::read_or_make(const std::filesystem::path& file, bool& made) {
  made = false;
  auto secrets = read(file);
  if (secrets || secrets.error().code != ErrorCode::not_found) return secrets;
  if (auto status = make_file(file); !status) return status.error();
  made = true;
  return read_file(file);
}

}  // namespace events
