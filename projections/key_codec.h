// How keys are put together, so that bytewise order is the order wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"

namespace projections {

class KeyWriter {
 public:
  KeyWriter() = default;
  explicit KeyWriter(const events::StreamKey& stream) { raw(stream.bytes()); }
  KeyWriter& raw(std::string_view bytes);      // fixed length only
  KeyWriter& u8(std::uint8_t value);
  KeyWriter& u16(std::uint16_t value);         // big endian, ascending
  KeyWriter& u64(std::uint64_t value);
  KeyWriter& ascending(std::int64_t value);    // sign bit flipped
  KeyWriter& descending(std::int64_t value);   // newest first
  // Bytes, then 0 1; a 0 inside becomes 0 FF. So a text that begins another sorts first,
  // and whatever follows cannot be taken for a part of it.
  KeyWriter& text(std::string_view value);
  const std::string& key() const& { return key_; }
  std::string key() && { return std::move(key_); }

 private:
  std::string key_;
};

// Reads what KeyWriter wrote, in the same order; nullopt at any other bytes.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key) {}
  std::optional<std::string_view> raw(std::size_t length);
  std::optional<std::uint8_t> u8();
  std::optional<std::uint16_t> u16();
  std::optional<std::uint64_t> u64();
  std::optional<std::int64_t> ascending();
  std::optional<std::int64_t> descending();
  std::optional<std::string> text();
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace projections
