#include "projections/prevention/immunization/shipped_schedule.h"

#include <charconv>

#include "events/compression.h"

namespace projections::immunization {
namespace {

constexpr std::string_view issuer = "CDC";
constexpr std::string_view version = "4.64";
constexpr std::size_t archive_size_max = std::size_t{16} << 20;
constexpr std::size_t block = 512;

std::string_view text_at(std::string_view header, std::size_t at, std::size_t size) {
  const auto field = header.substr(at, size);
  return field.substr(0, field.find('\0'));
}

// ustar: a header of 512 bytes (name at 0, octal size at 124, type at 156), then the content,
// padded to 512.
events::Result<std::vector<ScheduleFile>> files_of(std::string_view tar) {
  std::vector<ScheduleFile> files;
  while (tar.size() >= block && tar[0] != '\0') {
    const auto digits = text_at(tar, 124, 12);
    std::size_t size = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), size, 8);
    if (read.ec != std::errc() || size > tar.size() - block)
      return events::corrupt("the shipped immunization schedule is cut off");
    if (tar[156] == '0')
      files.push_back({std::string(text_at(tar, 0, 100)), std::string(tar.substr(block, size))});
    const auto whole = block + (size + block - 1) / block * block;
    tar.remove_prefix(std::min(whole, tar.size()));
  }
  return files;
}

}  // namespace

events::Result<std::vector<ScheduleFile>> shipped_files() {
  const auto tar = events::inflate(shipped_archives().front().bytes, nullptr, archive_size_max);
  if (!tar) return tar.error();
  return files_of(*tar);
}

const events::Result<Schedule>& shipped_schedule() {
  static const events::Result<Schedule> read = []() -> events::Result<Schedule> {
    const auto files = shipped_files();
    if (!files) return files.error();
    return read_schedule(std::string(issuer), std::string(version), *files);
  }();
  return read;
}

}  // namespace projections::immunization
