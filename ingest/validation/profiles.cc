#include "ingest/validation/profiles.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace ingest::validation {
namespace {

std::string digest_of(std::string_view text) {
  std::array<unsigned char, 32> bytes{};
  EVP_Digest(text.data(), text.size(), bytes.data(), nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (const unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

events::Result<std::string> content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) return events::corrupt(fmt::format("profiles: {} cannot be read", file.string()));
  return text;
}

// On disk as a whole, or not at all.
events::Status write(const std::filesystem::path& file, std::string_view text) {
  const auto failed = [&] {
    return events::unavailable(fmt::format("profiles: {} cannot be written", file.string()));
  };
  auto beside = file;
  beside += ".new";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (descriptor < 0) return failed();
  bool written = true;
  for (std::string_view rest = text; written && !rest.empty();) {
    const ssize_t size = ::write(descriptor, rest.data(), rest.size());
    written = size > 0;
    if (written) rest.remove_prefix(static_cast<std::size_t>(size));
  }
  written = ::fsync(descriptor) == 0 && written;
  written = ::close(descriptor) == 0 && written;
  std::error_code error;
  if (written) std::filesystem::rename(beside, file, error);
  if (!written || error) return failed();
  return {};
}

}  // namespace

events::Result<std::unique_ptr<Profiles>> Profiles::open(std::filesystem::path folder) {
  std::unique_ptr<Profiles> profiles(new Profiles(std::move(folder)));
  auto read = profiles->read(nullptr);
  if (!read) return read.error();
  profiles->current_ = std::move(*read);
  return profiles;
}

// Named <number>-<digest>.json.
std::vector<std::filesystem::path> Profiles::files() const {
  std::vector<std::filesystem::path> found;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, none)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

events::Result<std::shared_ptr<const ProfileSet>> Profiles::read(const std::string* more) const {
  auto set = std::make_shared<ProfileSet>();
  for (const auto& file : files()) {
    auto text = content_of(file);
    if (!text) return text.error();
    if (auto added = set->add(std::move(*text)); !added) {
      return events::corrupt(fmt::format("profiles: {}: {}; remove the file or mend it",
                                         file.string(), added.error().message));
    }
  }
  if (more != nullptr) {
    if (auto added = set->add(*more); !added)
      return events::unprocessable(added.error().message, added.error().element);
  }
  set->finish();
  return std::shared_ptr<const ProfileSet>(std::move(set));
}

events::Result<Profiles::Loaded> Profiles::load(std::string package) {
  const std::lock_guard loading(loading_);
  Loaded loaded{digest_of(package), true};
  const auto there = files();
  for (const auto& file : there) {
    if (file.string().ends_with("-" + loaded.digest + ".json")) {
      loaded.is_new = false;
      return loaded;
    }
  }
  auto set = read(&package);
  if (!set) return set.error();
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  const auto name = fmt::format("{:04}-{}.json", there.size() + 1, loaded.digest);
  if (auto written = write(folder_ / name, package); !written) return written.error();
  const std::lock_guard lock(mutex_);
  current_ = std::move(*set);
  return loaded;
}

std::shared_ptr<const ProfileSet> Profiles::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace ingest::validation
