// The records of the side log `keys` (events/schema/keys.fbs) as plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/keys.h"

namespace events {

inline constexpr std::uint32_t first_key_epoch = 1;

// What is fixed for a log's life.
struct LogFormat {
  LogId log;
  std::uint32_t partitions = 0;
  std::string hash;
  Secret secret_check{};
  Secret master_check{};
};
LogFormat make_log_format(const LogId& log, const Secrets& secrets, std::uint32_t partitions);
// Names everything in which `found` is not what a log of these would have:
// precondition_failed with the remedy.
Status check_log_format(const LogFormat& found, const Secrets& secrets, std::uint32_t partitions);

struct WrappedKey {
  StreamKey stream;
  std::uint32_t epoch = 0;
  std::string wrapped;
};
// corrupt: wrapped with another master key, or for another stream or epoch.
Result<DataKey> unwrap(const Secret& master_key, const WrappedKey& key);

std::string encode(const LogFormat& format);
std::string encode_wrapped(const Secret& master_key, const StreamKey& stream, const DataKey& key,
                           const std::array<std::uint8_t, 16>& node);
// Neither for any other bytes.
std::variant<std::monostate, LogFormat, WrappedKey> decode_key_record(std::string_view bytes);

}  // namespace events
