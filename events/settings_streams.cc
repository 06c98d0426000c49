#include "events/settings_streams.h"

#include <fmt/format.h>

namespace events {
namespace {

constexpr std::string_view prefix = "settings/";

}  // namespace

std::vector<std::string> settings_streams(const Secret& log_secret, std::uint32_t partitions) {
  std::vector<std::string> streams(partitions);
  std::uint32_t found = 0;
  for (std::uint32_t n = 0; found < partitions; ++n) {
    std::string name = fmt::format("{}{}", prefix, n);
    std::string& place = streams[partition_of(stream_key(log_secret, name), partitions).value];
    if (!place.empty()) continue;
    place = std::move(name);
    ++found;
  }
  return streams;
}

bool is_settings_stream(std::string_view name) { return name.starts_with(prefix); }

}  // namespace events
