#include "projections/versions.h"

#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {
// First byte of each row. What repeats from row to row of one commit comes first, so
// that a table's block compresses it; the sealed bytes come last.
constexpr std::uint8_t row_format = 1;
}  // namespace

std::string version_prefix(const events::StreamKey& stream, events::ResourceType type,
                           std::string_view id) {
  return KeyWriter(stream).u16(static_cast<std::uint16_t>(type)).text(id).key();
}

std::string version_key(const events::StreamKey& stream, events::ResourceType type,
                        std::string_view id, events::Version version) {
  return KeyWriter(stream)
      .u16(static_cast<std::uint16_t>(type))
      .text(id)
      .descending(static_cast<std::int64_t>(version.value))
      .key();
}

std::string encode(const VersionRow& row) {
  return RowWriter()
      .u8(row_format)
      .raw(row.commit.bytes())
      .raw(row.dictionary.bytes())
      .bytes(row.salt)
      .time(row.known_time)
      .varint(row.position.partition.value)
      .varint(static_cast<std::uint64_t>(row.position.offset.value))
      .varint(row.key_epoch)
      .varint(row.version.value)
      .u8(static_cast<std::uint8_t>(row.effect))
      .varint(row.ordinal)
      .varint(row.document_size)
      .bytes(row.splices)
      .bytes(row.facts)
      .bytes(row.sealed)
      .row();
}

Result<VersionRow> decode_version_row(std::string_view bytes) {
  RowReader reader(bytes);
  VersionRow row;
  const bool known_format = reader.u8() == row_format;
  row.commit = reader.key16<events::CommitKey>();
  row.dictionary = reader.key16<events::Digest16>();
  row.salt = reader.bytes();
  row.known_time = reader.time();
  row.position.partition.value = static_cast<std::uint32_t>(reader.varint());
  row.position.offset.value = static_cast<std::int64_t>(reader.varint());
  row.key_epoch = static_cast<std::uint32_t>(reader.varint());
  row.version.value = reader.varint();
  row.effect = static_cast<events::EventEffect>(reader.u8());
  row.ordinal = static_cast<std::uint32_t>(reader.varint());
  row.document_size = static_cast<std::uint32_t>(reader.varint());
  row.splices = reader.bytes();
  row.facts = reader.bytes();
  row.sealed = reader.bytes();
  if (!known_format || !reader.done()) return events::corrupt("a row of `versions` does not read");
  return row;
}

}  // namespace projections
