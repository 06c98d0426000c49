#include "events/secrets.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "events/hmac.h"

namespace events {

namespace {

constexpr std::size_t id_digits = 32;  // of base32: 160 bits

std::string base_36(std::uint32_t number) {
  std::array<char, 8> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 36).ptr;
  return {digits.data(), end};
}

std::string id_text(const Secret& seed) {
  return to_base32(bytes_of(seed).substr(0, id_digits * 5 / 8));
}

}  // namespace

std::string patient_stream(const ResourceId& patient) { return "Patient/" + patient.text(); }

// The first part of each HMAC names its use, so that no two uses can meet.
StreamKey stream_key(const Secret& log_secret, std::string_view stream_name) {
  return StreamKey(digest16(log_secret, {"stream", stream_name}).array());
}

Secret request_seed(const Secret& log_secret, std::string_view sender, std::string_view key,
                    std::uint64_t ordinal) {
  return hmac(log_secret, {"request", sender, key, fmt::format("{}", ordinal)});
}

ResourceId server_id(const Secret& seed, PartitionId partition) {
  return ResourceId(base_36(partition.value) + "-" + id_text(seed));
}

ResourceId server_patient_id(const Secret& seed) { return ResourceId(id_text(seed)); }

std::optional<PartitionId> partition_hint(const ResourceId& id, std::uint32_t partitions) {
  std::string_view text = id.text();
  auto dash = text.find('-');
  if (dash == std::string_view::npos || text.size() - dash - 1 != id_digits) return std::nullopt;
  PartitionId partition;
  auto [end, error] = std::from_chars(text.data(), text.data() + dash, partition.value, 36);
  if (error != std::errc{} || end != text.data() + dash || partition.value >= partitions) {
    return std::nullopt;
  }
  if (text.substr(dash + 1).find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") !=
      std::string_view::npos) {
    return std::nullopt;
  }
  return partition;
}

ResourceId patient_id_of_identifier(const Secret& log_secret, std::string_view system,
                                    std::string_view value) {
  return ResourceId(id_text(hmac(log_secret, {"identifier", "Patient", system, value})));
}

CommitKey commit_key(const Secret& log_secret, const Secret& seed, const StreamKey& stream) {
  return CommitKey(digest16(log_secret, {"commit", bytes_of(seed), stream.bytes()}).array());
}

}  // namespace events
