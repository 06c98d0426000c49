#include "projections/shard_meta.h"

#include <fmt/format.h>

#include "projections/row_codec.h"

namespace projections {
namespace {
constexpr std::string_view position_key = "position";
constexpr std::string_view versions_key = "projections";
}  // namespace

Result<ShardPosition> read_position(const RowView& rows) {
  auto bytes = rows.get(meta_family, position_key);
  if (!bytes) return bytes.error();
  ShardPosition position;
  if (!*bytes) return position;
  RowReader reader(**bytes);
  position.next.value = reader.signed_varint();
  position.clock = reader.time();
  position.rule = static_cast<std::uint32_t>(reader.varint());
  position.records = reader.varint();
  if (reader.u8() != 0) {
    position.last = events::Offset{reader.signed_varint()};
    position.last_digest = reader.bytes();
  }
  if (!reader.done()) return events::corrupt("the shard's position does not read");
  return position;
}

void put_position(RowBatch& batch, const ShardPosition& position) {
  RowWriter writer;
  writer.signed_varint(position.next.value)
      .time(position.clock)
      .varint(position.rule)
      .varint(position.records)
      .u8(position.last ? 1 : 0);
  if (position.last) writer.signed_varint(position.last->value).bytes(position.last_digest);
  batch.put(meta_family, position_key, writer.row());
}

std::string versions_text(ProjectionList projections) {
  auto text = fmt::format("core:{}", core_version);
  for (const auto& projection : projections) {
    text += fmt::format(" {}:{}", projection->name(), projection->version());
  }
  return text;
}

Result<std::optional<std::string>> read_versions(const RowView& rows) {
  return rows.get(meta_family, versions_key);
}

void put_versions(RowBatch& batch, const std::string& text) {
  batch.put(meta_family, versions_key, text);
}

}  // namespace projections
