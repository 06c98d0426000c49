// The names of things, each a type of its own: a commit's id is not a stream's
// key, an offset is not a version, and the compiler knows.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace events {

// Text that names something; made from text explicitly, compared and ordered,
// nothing else.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

// The `id` of a FHIR resource: [A-Za-z0-9\-\.]{1,64} (FHIR R4, datatypes, id).
using ResourceId = Id<struct ResourceTag>;
bool is_fhir_id(std::string_view text);

// Sixteen bytes that name something.
template <class Tag>
class Key16 {
 public:
  static constexpr std::size_t size = 16;
  Key16() = default;
  explicit Key16(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}
  // Exactly 16 bytes, else nothing.
  static std::optional<Key16> from_bytes(std::string_view bytes) {
    if (bytes.size() != size) return std::nullopt;
    Key16 key;
    std::memcpy(key.bytes_.data(), bytes.data(), size);
    return key;
  }
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), size}; }
  const std::array<std::uint8_t, 16>& array() const { return bytes_; }
  bool is_zero() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  friend auto operator<=>(const Key16&, const Key16&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

using StreamKey = Key16<struct StreamTag>;      // blinded: HMAC(log secret, stream name), useless to others
using CommitKey = Key16<struct CommitTag>;      // unique per stream
using AssemblyId = Key16<struct AssemblyTag>;   // one attempt to append a commit
using TransactionId = Key16<struct TransactionTag>;  // one attempt at a change of several streams
using LogId = Key16<struct LogTag>;
using Digest16 = Key16<struct DigestTag>;       // keyed digest of content

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);  // nothing unless pairs of hex digits
// RFC 4648 base32, lower case, without padding: the alphabet of server-made ids.
std::string to_base32(std::string_view bytes);

struct PartitionId {
  std::uint32_t value = 0;
  friend auto operator<=>(const PartitionId&, const PartitionId&) = default;
};

// Place in a partition, from zero; dense on the embedded log, not on Kafka.
struct Offset {
  std::int64_t value = 0;
  Offset next() const { return {value + 1}; }
  friend auto operator<=>(const Offset&, const Offset&) = default;
};

struct Position {
  PartitionId partition;
  Offset offset;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// Version of one resource, from 1; zero means none. A type of its own because
// versions across several logs will be vectors.
struct Version {
  std::uint64_t value = 0;
  Version next() const { return {value + 1}; }
  bool exists() const { return value != 0; }
  friend auto operator<=>(const Version&, const Version&) = default;
};

using Micros = std::chrono::microseconds;
// The log's clock: running maximum, per partition, of the append time.
using KnownTime = std::chrono::sys_time<Micros>;

// org.apache.kafka.common.utils.Utils.murmur2
std::int32_t murmur2(std::string_view bytes);

// murmur2(stream key) mod N, as Java's default partitioner does
// (org.apache.kafka.common.utils.Utils.murmur2, toPositive).
PartitionId partition_of(const StreamKey& stream, std::uint32_t partitions);

// A commit's id as clients see it: `<partition>.<32 hex digits>`, so that any
// node finds its shard.
struct CommitId {
  PartitionId partition;
  CommitKey key;
  std::string text() const;
  static std::optional<CommitId> parse(std::string_view text);
  friend auto operator<=>(const CommitId&, const CommitId&) = default;
};

// How far somebody has seen: `<log id hex>:<partition>-<next offset>,…`, only
// the partitions touched.
class PositionToken {
 public:
  PositionToken() = default;
  explicit PositionToken(const LogId& log) : log_(log) {}
  static Result<PositionToken> parse(std::string_view text);  // invalid

  const LogId& log() const { return log_; }
  const std::map<PartitionId, Offset>& next_offsets() const { return next_; }
  std::optional<Offset> next_offset(PartitionId partition) const;
  void see(const Position& position);                          // keeps the maximum
  void see_next(PartitionId partition, Offset next);           // keeps the maximum
  void merge(const PositionToken& other);                      // CHECKs one log
  std::string text() const;

 private:
  LogId log_;
  std::map<PartitionId, Offset> next_;
};

}  // namespace events

template <class Tag>
struct std::hash<events::Key16<Tag>> {
  std::size_t operator()(const events::Key16<Tag>& key) const noexcept {
    std::size_t word = 0;
    std::memcpy(&word, key.bytes().data(), sizeof word);
    return word;
  }
};
