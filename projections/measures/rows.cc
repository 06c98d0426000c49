#include "projections/measures/rows.h"

#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections::measures {
namespace {

KeyWriter begun(RowKind kind) { return KeyWriter().u8(static_cast<std::uint8_t>(kind)); }
KeyWriter begun(RowKind kind, BoardNumber board) { return begun(kind).u16(board); }

KeyWriter cell(RowKind kind, const CellKey& key) {
  return begun(kind, key.board)
      .u8(key.group)
      .u8(static_cast<std::uint8_t>(key.stratum.dimension))
      .text(key.stratum.value)
      .text(key.population);
}

std::uint16_t number_of(events::PartitionId partition) {
  return static_cast<std::uint16_t>(partition.value);
}

template <class Row>
Result<Row> whole(const RowReader& reader, Row row) {
  if (!reader.done()) return events::corrupt("a row of the measures' store cannot be read");
  return row;
}

}  // namespace

std::string encode(const BoardRow& row) {
  return RowWriter().bytes(row.setting).bytes(row.digest).bytes(row.period).row();
}

Result<BoardRow> decode_board(std::string_view bytes) {
  RowReader reader(bytes);
  BoardRow row;
  row.setting = reader.bytes();
  row.digest = reader.bytes();
  row.period = reader.bytes();
  return whole(reader, std::move(row));
}

std::string encode(const BoardState& state) {
  return RowWriter()
      .signed_varint(state.since.value)
      .signed_varint(state.done.value)
      .signed_varint(state.until.value)
      .row();
}

Result<BoardState> decode_state(std::string_view bytes) {
  RowReader reader(bytes);
  BoardState state;
  state.since = {reader.signed_varint()};
  state.done = {reader.signed_varint()};
  state.until = {reader.signed_varint()};
  return whole(reader, std::move(state));
}

std::string encode(const Flip& flip) {
  RowWriter row;
  row.varint(flip.sequence)
      .varint(flip.board)
      .bytes(flip.measure)
      .bytes(flip.period)
      .bytes(flip.patient)
      .u8(flip.group)
      .bytes(flip.from)
      .bytes(flip.to)
      .raw(flip.stream.bytes())
      .varint(flip.position.partition.value)
      .signed_varint(flip.position.offset.value)
      .time(flip.known_time)
      .u8(flip.restates)
      .varint(flip.causes.size());
  for (const auto& cause : flip.causes) row.bytes(cause);
  return std::move(row).row();
}

Result<Flip> decode_flip(std::string_view bytes) {
  RowReader reader(bytes);
  Flip flip;
  flip.sequence = reader.varint();
  flip.board = static_cast<BoardNumber>(reader.varint());
  flip.measure = reader.bytes();
  flip.period = reader.bytes();
  flip.patient = reader.bytes();
  flip.group = reader.u8();
  flip.from = reader.bytes();
  flip.to = reader.bytes();
  flip.stream = reader.key16<events::StreamKey>();
  flip.position.partition.value = static_cast<std::uint32_t>(reader.varint());
  flip.position.offset.value = reader.signed_varint();
  flip.known_time = reader.time();
  flip.restates = reader.u8() != 0;
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left)
    flip.causes.emplace_back(reader.bytes());
  return whole(reader, std::move(flip));
}

std::string about_key(std::string_view name) { return begun(RowKind::about).text(name).key(); }
std::string board_key(BoardNumber board) { return begun(RowKind::board, board).key(); }
std::string board_prefix(RowKind kind, BoardNumber board) { return begun(kind, board).key(); }
std::string partition_prefix(RowKind kind, BoardNumber board, events::PartitionId partition) {
  return begun(kind, board).u16(number_of(partition)).key();
}
std::string outcome_key(BoardNumber board, events::PartitionId partition,
                        const events::StreamKey& stream) {
  return begun(RowKind::outcome, board).u16(number_of(partition)).raw(stream.bytes()).key();
}
std::string dimension_prefix(RowKind kind, BoardNumber board, std::uint8_t group,
                             Dimension dimension) {
  return begun(kind, board).u8(group).u8(static_cast<std::uint8_t>(dimension)).key();
}
std::string cell_prefix(RowKind kind, const CellKey& key) { return cell(kind, key).key(); }
std::string count_key(const CellKey& key, events::PartitionId partition) {
  return cell(RowKind::count, key).u16(number_of(partition)).key();
}
std::string month_key(const CellKey& key, events::PartitionId partition, Month month) {
  return cell(RowKind::by_month, key).u16(number_of(partition)).ascending(month).key();
}
std::string member_key(const CellKey& key, const events::StreamKey& stream) {
  return cell(RowKind::member, key).raw(stream.bytes()).key();
}
std::string progress_key(events::PartitionId partition) {
  return begun(RowKind::progress).u16(number_of(partition)).key();
}
std::string flip_key(std::uint64_t sequence) { return begun(RowKind::flip).u64(sequence).key(); }
std::string patient_flip_key(const events::StreamKey& stream, std::uint64_t sequence) {
  return begun(RowKind::flip_of).raw(stream.bytes()).u64(sequence).key();
}

Result<CountRow> decode_count(std::string_view key, std::string_view row) {
  KeyReader reader(key);
  const auto kind = reader.u8();
  const auto board = reader.u16();
  const auto group = reader.u8();
  const auto dimension = reader.u8();
  auto value = reader.text();
  auto population = reader.text();
  const auto partition = reader.u16();
  const bool by_month = kind == static_cast<std::uint8_t>(RowKind::by_month);
  const auto month = by_month ? reader.ascending() : std::optional<std::int64_t>(0);
  RowReader counted(row);
  const auto count = counted.signed_varint();
  if (!board || !group || !dimension || !value || !population || !partition || !month ||
      !reader.done() || !counted.done())
    return events::corrupt("a count of a measure cannot be read");
  return CountRow{{*board,
                   *group,
                   {static_cast<Dimension>(*dimension), std::move(*value)},
                   std::move(*population)},
                  {*partition},
                  static_cast<Month>(*month),
                  count};
}

}  // namespace projections::measures
