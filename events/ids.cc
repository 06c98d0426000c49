#include "events/ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "events/check.h"

namespace events {

namespace {

constexpr std::size_t fhir_id_length_max = 64;

bool is_fhir_id_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Digits only, no sign, no leading zero, so that one number has one text.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  Number number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Error bad_token(std::string_view text, const char* why) {
  constexpr std::size_t shown_max = 100;
  return invalid(fmt::format("position \"{}\" {}; write <log id>:<partition>-<next offset>,…",
                             text.substr(0, shown_max), why));
}

}  // namespace

bool is_fhir_id(std::string_view text) {
  return !text.empty() && text.size() <= fhir_id_length_max &&
         std::all_of(text.begin(), text.end(), is_fhir_id_char);
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int high = hex_digit(hex[i]);
    int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string to_base32(std::string_view bytes) {
  constexpr char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t window = 0;
  int bits = 0;
  for (char c : bytes) {
    window = (window << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) text += digits[(window >> (bits - 5)) & 31];
  }
  if (bits > 0) text += digits[(window << (5 - bits)) & 31];
  return text;
}

std::int32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t m = 0x5bd1e995;
  std::uint32_t hash = 0x9747b28c ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = 0;  // little-endian, as the project's platforms are
    std::memcpy(&word, bytes.data() + at, 4);
    word *= m;
    word ^= word >> 24;
    word *= m;
    hash = (hash * m) ^ word;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i > at; --i) {
    tail = (tail << 8) | static_cast<unsigned char>(bytes[i - 1]);
  }
  if (at < bytes.size()) hash = (hash ^ tail) * m;
  hash ^= hash >> 13;
  hash *= m;
  hash ^= hash >> 15;
  return static_cast<std::int32_t>(hash);
}

PartitionId partition_of(const StreamKey& stream, std::uint32_t partitions) {
  CHECK(partitions > 0);
  auto positive = static_cast<std::uint32_t>(murmur2(stream.bytes())) & 0x7fffffffU;
  return {positive % partitions};
}

std::string CommitId::text() const {
  return fmt::format("{}.{}", partition.value, to_hex(key.bytes()));
}

std::optional<CommitId> CommitId::parse(std::string_view text) {
  auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto partition = parse_number<std::uint32_t>(text.substr(0, dot));
  auto bytes = from_hex(text.substr(dot + 1));
  if (!partition || !bytes) return std::nullopt;
  auto key = CommitKey::from_bytes(*bytes);
  if (!key) return std::nullopt;
  return CommitId{{*partition}, *key};
}

Result<PositionToken> PositionToken::parse(std::string_view text) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos) return bad_token(text, "has no colon");
  auto log_bytes = from_hex(text.substr(0, colon));
  auto log = log_bytes ? LogId::from_bytes(*log_bytes) : std::nullopt;
  if (!log) return bad_token(text, "does not begin with 32 hex digits");
  PositionToken token(*log);
  std::string_view rest = text.substr(colon + 1);
  while (!rest.empty()) {
    auto comma = rest.find(',');
    std::string_view entry = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    auto dash = entry.find('-');
    if (dash == std::string_view::npos) return bad_token(text, "has a partition without an offset");
    auto partition = parse_number<std::uint32_t>(entry.substr(0, dash));
    auto next = parse_number<std::int64_t>(entry.substr(dash + 1));
    if (!partition || !next) return bad_token(text, "has a partition or offset that is no number");
    if (!token.next_.emplace(PartitionId{*partition}, Offset{*next}).second) {
      return bad_token(text, "names a partition twice");
    }
    if (comma != std::string_view::npos && rest.empty()) return bad_token(text, "ends in a comma");
  }
  return token;
}

std::optional<Offset> PositionToken::next_offset(PartitionId partition) const {
  auto found = next_.find(partition);
  if (found == next_.end()) return std::nullopt;
  return found->second;
}

void PositionToken::see(const Position& position) {
  see_next(position.partition, position.offset.next());
}

void PositionToken::see_next(PartitionId partition, Offset next) {
  auto [place, added] = next_.emplace(partition, next);
  if (!added) place->second = std::max(place->second, next);
}

void PositionToken::merge(const PositionToken& other) {
  CHECK(log_ == other.log_);
  for (const auto& [partition, next] : other.next_) see_next(partition, next);
}

std::string PositionToken::text() const {
  std::string text = to_hex(log_.bytes());
  char before = ':';
  if (next_.empty()) text += before;
  for (const auto& [partition, next] : next_) {
    text += fmt::format("{}{}-{}", before, partition.value, next.value);
    before = ',';
  }
  return text;
}

}  // namespace events
