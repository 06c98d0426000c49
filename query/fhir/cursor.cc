#include "query/fhir/cursor.h"

namespace query::fhir {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void append_big_endian(std::string& bytes, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(value >> shift & 0xff));
}

// RFC 4648 base64url without padding.
std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(byte);
    for (held += 8; held >= 6; held -= 6) text.push_back(alphabet[bits >> (held - 6) & 63]);
  }
  if (held > 0) text.push_back(alphabet[bits << (6 - held) & 63]);
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xff));
  }
  return bytes;
}

}  // namespace

SortKey& SortKey::number(std::uint64_t value, bool descending) {
  append_big_endian(bytes_, descending ? ~value : value);
  return *this;
}

SortKey& SortKey::date(std::optional<events::Micros> time, bool descending) {
  bytes_.push_back(time ? '\0' : '\1');
  const auto micros = static_cast<std::uint64_t>(time ? time->count() : 0);
  return number(micros ^ (std::uint64_t{1} << 63), descending);
}

SortKey& SortKey::id(std::string_view id, bool descending) {
  for (const char c : id) bytes_.push_back(descending ? static_cast<char>(~c) : c);
  bytes_.push_back(descending ? '\xff' : '\0');
  return *this;
}

SortKey& SortKey::word(const std::optional<std::string>& text, bool descending) {
  bytes_.push_back(text ? '\0' : '\1');
  std::string whole = text.value_or("");
  std::erase(whole, '\0');  // ends a part of the key
  return id(whole, descending);
}

std::optional<ChartPlace> read_chart_key(std::string_view key) {
  constexpr std::size_t date_bytes = 1 + sizeof(std::uint64_t);
  if (key.size() <= date_bytes || key.back() != '\0') return std::nullopt;
  ChartPlace place;
  std::uint64_t value = 0;
  for (const char byte : key.substr(1, sizeof value))
    value = value << 8 | static_cast<std::uint8_t>(byte);
  if (key.front() == '\0')
    place.time = events::Micros(static_cast<std::int64_t>(~value ^ (std::uint64_t{1} << 63)));
  place.id = key.substr(date_bytes, key.size() - date_bytes - 1);
  return place;
}

std::uint64_t fingerprint(std::string_view query) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : query) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211u;
  return hash;
}

std::string encode_cursor(std::uint64_t fingerprint, std::string_view key) {
  std::string bytes;
  append_big_endian(bytes, fingerprint);
  return to_base64url(bytes.append(key));
}

events::Result<std::string> decode_cursor(std::uint64_t fingerprint, std::string_view cursor) {
  std::string expected;
  append_big_endian(expected, fingerprint);
  auto bytes = from_base64url(cursor);
  if (!bytes || !bytes->starts_with(expected)) {
    return events::invalid(
        "_cursor: not a page of this query; take it from the `next` link of the same search, or "
        "leave it out");
  }
  return bytes->substr(expected.size());
}

}  // namespace query::fhir
