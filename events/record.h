// What building and opening share: the record's FlatBuffer as bytes, its MAC, and
// the limits of format v1. Inside events only; others use commit.h.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <optional>
#include <string>
#include <string_view>

#include "events/commit.h"
#include "events/schema/record_generated.h"
#include "events/secrets.h"

namespace events {

inline constexpr std::size_t body_bytes_max = 64u << 20;       // inflated
inline constexpr std::size_t document_bytes_max = 128u << 20;  // inflated
inline constexpr std::size_t record_bytes_max = 512u << 20;    // a whole one, before it is cut
inline constexpr std::uint32_t parts_max = 1024;
inline constexpr std::uint32_t documents_max = 1u << 20;

// Verified, header included; nothing for any other bytes. Views into `bytes`.
const schema::Record* verified_record(std::string_view bytes);
const schema::Header& header_of(const schema::Record& record);

// HMAC(log secret; header, body, each document).
Secret record_mac(const Secret& log_secret, const schema::Record& record);
// Puts the MAC into a finished record that was built with an empty one.
std::string with_mac(const Secret& log_secret, flatbuffers::FlatBufferBuilder& builder);

inline std::string_view view_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}
inline std::string_view view_of(const schema::Bytes32& bytes) {
  return {reinterpret_cast<const char*>(bytes.bytes()->data()), 32};
}
// All zero where the record has none.
template <class Key>
Key key_of(const schema::Bytes16* bytes) {
  if (bytes == nullptr) return {};
  return *Key::from_bytes({reinterpret_cast<const char*>(bytes->bytes()->data()), 16});
}
template <class Key>
schema::Bytes16 bytes16(const Key& key) {
  return schema::Bytes16(flatbuffers::span<const std::uint8_t, 16>(key.array().data(), 16));
}
inline schema::Bytes32 bytes32(const Secret& secret) {
  return schema::Bytes32(flatbuffers::span<const std::uint8_t, 32>(secret.data(), 32));
}

// The key that one commit is sealed with: HKDF of the stream's data key. Nonce 0 seals
// the body, ordinal + 1 each document.
Secret commit_seal_key(const Secret& data_key, std::string_view salt);

// The clear header's fields; a finished FlatBuffer of its own.
struct HeaderFields {
  schema::RecordKind kind = schema::RecordKind::none;
  std::uint16_t format = record_format;
  LogId log;
  StreamKey stream;
  CommitKey commit;
  AssemblyId assembly;
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  std::uint32_t key_epoch = 0;
  std::optional<Secret> salt;
  Digest16 dictionary;
  KnownTime claimed_time;
  std::optional<Secret> whole_digest;
  std::optional<TransactionPart> transaction;
  std::optional<TransactionVerdict> verdict;
};
std::string build_header(const HeaderFields& fields);

// A record without documents around a header: a part, a cancel.
std::string build_record(const Secret& log_secret, std::string_view header, std::string_view body);

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> nested(
    flatbuffers::FlatBufferBuilder& builder, std::string_view flatbuffer);

RecordHeader read_header(const schema::Header& header);

// commit_parts.cc: cuts a commit's record into part records, so that none is longer than
// part_bytes. (Readers join slices of any size.)
inline constexpr std::size_t slice_bytes = part_bytes - 1024;  // 1024: what lies around a slice
std::vector<std::string> cut_into_parts(const Secret& log_secret, const HeaderFields& whole,
                                        std::string_view record, std::size_t slice = slice_bytes);

}  // namespace events
