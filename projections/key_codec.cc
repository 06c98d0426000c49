#include "projections/key_codec.h"

namespace projections {
namespace {

constexpr char escape = '\0';
constexpr char end_of_text = '\1';
constexpr char escaped_zero = '\xFF';
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

void append_big_endian(std::string& key, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

std::optional<std::uint64_t> read_big_endian(std::string_view& rest, std::size_t bytes) {
  if (rest.size() < bytes) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<std::uint8_t>(rest[i]);
  rest.remove_prefix(bytes);
  return value;
}

}  // namespace

KeyWriter& KeyWriter::raw(std::string_view bytes) {
  key_.append(bytes);
  return *this;
}

KeyWriter& KeyWriter::u8(std::uint8_t value) {
  key_.push_back(static_cast<char>(value));
  return *this;
}

KeyWriter& KeyWriter::u16(std::uint16_t value) {
  append_big_endian(key_, value, 2);
  return *this;
}

KeyWriter& KeyWriter::u64(std::uint64_t value) {
  append_big_endian(key_, value, 8);
  return *this;
}

KeyWriter& KeyWriter::ascending(std::int64_t value) {
  return u64(static_cast<std::uint64_t>(value) ^ sign_bit);
}

KeyWriter& KeyWriter::descending(std::int64_t value) {
  return u64(~(static_cast<std::uint64_t>(value) ^ sign_bit));
}

KeyWriter& KeyWriter::text(std::string_view value) {
  for (const char byte : value) {
    key_.push_back(byte);
    if (byte == escape) key_.push_back(escaped_zero);
  }
  key_.push_back(escape);
  key_.push_back(end_of_text);
  return *this;
}

std::optional<std::string_view> KeyReader::raw(std::size_t length) {
  if (rest_.size() < length) return std::nullopt;
  const auto bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return bytes;
}

std::optional<std::uint8_t> KeyReader::u8() {
  const auto value = read_big_endian(rest_, 1);
  if (!value) return std::nullopt;
  return static_cast<std::uint8_t>(*value);
}

std::optional<std::uint16_t> KeyReader::u16() {
  const auto value = read_big_endian(rest_, 2);
  if (!value) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

std::optional<std::uint64_t> KeyReader::u64() { return read_big_endian(rest_, 8); }

std::optional<std::int64_t> KeyReader::ascending() {
  const auto value = u64();
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value ^ sign_bit);
}

std::optional<std::int64_t> KeyReader::descending() {
  const auto value = u64();
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(~*value ^ sign_bit);
}

std::optional<std::string> KeyReader::text() {
  std::string value;
  for (std::size_t begin = 0;;) {
    const auto zero = rest_.find(escape, begin);
    if (zero == rest_.npos || zero + 1 == rest_.size()) return std::nullopt;
    value.append(rest_.substr(begin, zero - begin));
    begin = zero + 2;
    if (rest_[zero + 1] == end_of_text) {
      rest_.remove_prefix(begin);
      return value;
    }
    if (rest_[zero + 1] != escaped_zero) return std::nullopt;
    value.push_back(escape);
  }
}

}  // namespace projections
