#include "projections/change_rows.h"

#include "projections/acceptance.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

enum ChangeKey : std::uint8_t { change_by_offset = 1, change_by_stream = 2 };

std::string change_key(events::Offset offset) {
  return KeyWriter().u8(change_by_offset).ascending(offset.value).key();
}

std::string index_prefix(const events::StreamKey& stream) {
  return KeyWriter().u8(change_by_stream).raw(stream.bytes()).key();
}

std::string encode(const ChangeRow& row) {
  const auto& change = row.change;
  RowWriter writer;
  writer.time(change.known_time)
      .raw(change.stream.bytes())
      .bytes(change.stream_name)
      .raw(change.commit.bytes())
      .varint(row.records.size());
  for (const auto& offset : row.records) {
    writer.varint(static_cast<std::uint64_t>(change.position.offset.value - offset.value));
  }
  writer.varint(change.events.size());
  for (const auto& event : change.events) {
    writer.u8(static_cast<std::uint8_t>(event.effect))
        .varint(static_cast<std::uint16_t>(event.type))
        .bytes(event.id.text())
        .varint(event.version.value);
  }
  return std::move(writer).row();
}

Result<ChangeRow> decode(std::string_view bytes, const events::Position& position) {
  RowReader reader(bytes);
  ChangeRow row;
  row.change.position = position;
  row.change.known_time = reader.time();
  row.change.stream = reader.key16<events::StreamKey>();
  row.change.stream_name = reader.bytes();
  row.change.commit = reader.key16<events::CommitKey>();
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    row.records.push_back({position.offset.value - static_cast<std::int64_t>(reader.varint())});
  }
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    events::EventOutcome event;
    event.effect = static_cast<events::EventEffect>(reader.u8());
    event.type = static_cast<events::ResourceType>(reader.varint());
    event.id = events::ResourceId(std::string(reader.bytes()));
    event.version.value = reader.varint();
    row.change.events.push_back(std::move(event));
  }
  if (!reader.done()) return events::corrupt("a row of `changes` does not read");
  return row;
}

Result<events::Offset> last_field(std::string_view key, std::size_t prefix) {
  KeyReader reader(key);
  reader.raw(prefix);
  const auto offset = reader.ascending();
  if (!offset || !reader.done()) return events::corrupt("a key of `changes` does not read");
  return events::Offset{*offset};
}

}  // namespace

void put_change(RowBatch& batch, const ChangeRow& row) {
  const auto offset = row.change.position.offset;
  batch.put(change_family, change_key(offset), encode(row));
  batch.put(change_family,
            KeyWriter().raw(index_prefix(row.change.stream)).ascending(offset.value).key(), {});
}

Result<std::optional<ChangeRow>> change_at(const RowView& rows, const events::Position& position) {
  auto bytes = rows.get(change_family, change_key(position.offset));
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<ChangeRow>();
  auto row = decode(**bytes, position);
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::vector<ChangeRow>> changes_from(const RowView& rows, events::PartitionId partition,
                                            events::Offset from,
                                            const std::optional<events::StreamKey>& stream,
                                            std::size_t limit) {
  const auto prefix = stream ? index_prefix(*stream) : KeyWriter().u8(change_by_offset).key();
  const auto start = KeyWriter().raw(prefix).ascending(from.value).key();
  std::vector<ChangeRow> found;
  const auto keys = rows.scan(change_family, prefix, start);
  for (; keys->valid() && found.size() < limit; keys->next()) {
    const auto offset = last_field(keys->key(), prefix.size());
    if (!offset) return offset.error();
    const events::Position position{partition, *offset};
    if (!stream) {
      auto row = decode(keys->value(), position);
      if (!row) return row.error();
      found.push_back(std::move(*row));
      continue;
    }
    auto row = change_at(rows, position);
    if (!row) return row.error();
    if (!*row) return events::corrupt("a commit of the stream's index is not in `changes`");
    found.push_back(std::move(**row));
  }
  if (auto read = keys->status(); !read) return read.error();
  return found;
}

Status each_changed_resource(const RowView& rows, events::Offset from, events::Offset end,
                             const std::function<Status(const ChangedResource&)>& visit) {
  const auto prefix = KeyWriter().u8(change_by_offset).key();
  const auto keys = rows.scan(change_family, prefix, change_key(from));
  for (; keys->valid(); keys->next()) {
    const auto offset = last_field(keys->key(), prefix.size());
    if (!offset) return offset.error();
    if (*offset >= end) return {};
    RowReader reader(keys->value());
    ChangedResource one;
    reader.time();
    one.stream = reader.key16<events::StreamKey>();
    one.stream_name = reader.bytes();
    reader.raw(events::CommitKey::size);
    for (auto left = reader.varint(); left > 0 && reader.ok(); --left) reader.varint();
    for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
      one.effect = static_cast<events::EventEffect>(reader.u8());
      one.type = static_cast<events::ResourceType>(reader.varint());
      one.id = reader.bytes();
      one.version.value = reader.varint();
      if (!reader.ok()) break;
      if (auto visited = visit(one); !visited) return visited;
    }
    if (!reader.done()) return events::corrupt("a row of `changes` does not read");
  }
  return keys->status();
}

Result<std::optional<ChangeMark>> change_mark_from(const RowView& rows, events::Offset from) {
  const auto prefix = KeyWriter().u8(change_by_offset).key();
  const auto keys = rows.scan(change_family, prefix, change_key(from));
  if (!keys->valid()) {
    if (auto read = keys->status(); !read) return read.error();
    return std::optional<ChangeMark>();
  }
  const auto offset = last_field(keys->key(), prefix.size());
  if (!offset) return offset.error();
  return std::optional(ChangeMark{*offset, RowReader(keys->value()).time()});
}

Result<events::Outcome> repeated_with_events(const RowView& rows, const CommitRow& row,
                                             events::PartitionId partition) {
  auto outcome = repeated(row, partition);
  if (outcome.verdict != events::Outcome::Verdict::accepted) return outcome;
  auto change = change_at(rows, outcome.position);
  if (!change) return change.error();
  if (!*change) return events::corrupt("an accepted commit is not in `changes`");
  outcome.events = std::move((*change)->change.events);
  return outcome;
}

}  // namespace projections
