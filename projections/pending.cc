#include "projections/pending.h"

#include <algorithm>

#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

struct AssemblyRow {
  events::AssemblyId current;  // zero: none lives
  std::uint32_t parts = 0;
  std::uint64_t bytes = 0;
  events::KnownTime first_known;
  std::vector<std::pair<std::uint32_t, events::Offset>> have;  // part, where it lies
  std::vector<events::AssemblyId> dead;  // so that a late part of an old attempt revives nothing
};

struct Name {
  events::StreamKey stream;
  events::CommitKey commit;
};

std::string named(std::uint8_t kind, const Name& name) {
  return KeyWriter().u8(kind).raw(name.stream.bytes()).raw(name.commit.bytes()).key();
}
std::string part_key(const Name& name, std::uint32_t number) {
  return KeyWriter().raw(named(LedgerKind::part, name)).u64(number).key();
}
std::string age_key(const Name& name, events::KnownTime first) {
  return KeyWriter()
      .u8(LedgerKind::oldest_assembly)
      .ascending(first.time_since_epoch().count())
      .raw(name.stream.bytes())
      .raw(name.commit.bytes())
      .key();
}

Result<std::pair<Name, events::KnownTime>> read_age_key(std::string_view key) {
  KeyReader reader(key);
  reader.u8();
  const auto first = reader.ascending();
  const auto stream = reader.raw(events::StreamKey::size);
  const auto commit = reader.raw(events::CommitKey::size);
  if (!first || !stream || !commit || !reader.done()) {
    return events::corrupt("a key of `ledger` does not read: parts");
  }
  return std::pair(
      Name{*events::StreamKey::from_bytes(*stream), *events::CommitKey::from_bytes(*commit)},
      events::KnownTime(events::Micros(*first)));
}

std::string encode(const AssemblyRow& row) {
  RowWriter writer;
  writer.raw(row.current.bytes()).varint(row.parts).varint(row.bytes).time(row.first_known);
  writer.varint(row.have.size());
  for (const auto& [number, offset] : row.have) {
    writer.varint(number).varint(static_cast<std::uint64_t>(offset.value));
  }
  writer.varint(row.dead.size());
  for (const auto& id : row.dead) writer.raw(id.bytes());
  return std::move(writer).row();
}

Result<std::optional<AssemblyRow>> read(const RowView& rows, const Name& name) {
  auto bytes = rows.get(ledger_family, named(LedgerKind::assembly, name));
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<AssemblyRow>();
  RowReader reader(**bytes);
  AssemblyRow row;
  row.current = reader.key16<events::AssemblyId>();
  row.parts = static_cast<std::uint32_t>(reader.varint());
  row.bytes = reader.varint();
  row.first_known = reader.time();
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    const auto number = static_cast<std::uint32_t>(reader.varint());
    row.have.emplace_back(number, events::Offset{static_cast<std::int64_t>(reader.varint())});
  }
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    row.dead.push_back(reader.key16<events::AssemblyId>());
  }
  if (!reader.done()) return events::corrupt("a row of `ledger` does not read: parts");
  return std::optional(std::move(row));
}

Status add_to_stream(RowBatch& batch, const events::StreamKey& stream, std::uint64_t added,
                     std::uint64_t taken) {
  auto row = StreamLedger(batch, stream).stream();
  if (!row) return row.error();
  row->pending_bytes += added;
  row->pending_bytes -= std::min(taken, row->pending_bytes);
  // A stream that never had a commit has no row either.
  if (row->accepted == 0 && row->pending_bytes == 0 && row->prepared == 0) {
    batch.erase(ledger_family, stream_row_key(stream));
  } else {
    batch.put(ledger_family, stream_row_key(stream), projections::encode(*row));
  }
  return {};
}

// Forgets the parts; the row itself is the caller's.
Status drop_parts(RowBatch& batch, const Name& name, AssemblyRow& row) {
  for (const auto& [number, offset] : row.have) batch.erase(ledger_family, part_key(name, number));
  const auto bytes = std::exchange(row.bytes, 0);
  row.have.clear();
  return add_to_stream(batch, name.stream, 0, bytes);
}

Status die(RowBatch& batch, const Name& name, AssemblyRow& row) {
  row.dead.push_back(row.current);
  row.current = {};
  return drop_parts(batch, name, row);
}

void erase_row(RowBatch& batch, const Name& name, const AssemblyRow& row) {
  batch.erase(ledger_family, named(LedgerKind::assembly, name));
  batch.erase(ledger_family, age_key(name, row.first_known));
}

Result<Joining> hand_out(RowBatch& batch, const Name& name, AssemblyRow row, std::uint32_t last,
                         std::string_view record) {
  Joining joining{Joining::State::whole, {}, {}};
  std::sort(row.have.begin(), row.have.end());
  for (const auto& [number, offset] : row.have) {
    joining.offsets.push_back(offset);
    if (number == last) {
      joining.parts.emplace_back(record);
      continue;
    }
    auto bytes = batch.get(ledger_family, part_key(name, number));
    if (!bytes) return bytes.error();
    if (!*bytes) return events::corrupt("a part that was there is not");
    joining.parts.push_back(std::move(**bytes));
  }
  if (auto dropped = drop_parts(batch, name, row); !dropped) return dropped.error();
  erase_row(batch, name, row);
  return joining;
}

}  // namespace

Result<Joining> add_part(RowBatch& batch, const events::RecordHeader& header,
                         std::string_view record, const Moment& moment, std::uint64_t quota) {
  using State = Joining::State;
  const Name name{header.stream, header.commit};
  auto found = read(batch, name);
  if (!found) return found.error();
  const bool first = !*found;
  AssemblyRow row = first ? AssemblyRow{} : std::move(**found);
  if (first) row.first_known = moment.known_time;
  if (header.part >= header.parts) return Joining{State::torn, {}, {}};

  if (row.current != header.assembly) {
    if (std::find(row.dead.begin(), row.dead.end(), header.assembly) != row.dead.end()) {
      return Joining{State::dead, {}, {}};
    }
    if (!row.current.is_zero()) {
      if (auto died = die(batch, name, row); !died) return died.error();
    }
    if (!first) batch.erase(ledger_family, age_key(name, row.first_known));
    row.current = header.assembly;
    row.parts = header.parts;
    row.first_known = moment.known_time;
  }
  if (row.parts != header.parts) return Joining{State::torn, {}, {}};
  for (const auto& [number, offset] : row.have) {
    if (number == header.part) return Joining{State::waiting, {}, {}};
  }
  row.have.emplace_back(header.part, moment.position.offset);
  if (row.have.size() == row.parts)
    return hand_out(batch, name, std::move(row), header.part, record);

  auto stream = StreamLedger(batch, name.stream).stream();
  if (!stream) return stream.error();
  Joining joining;
  if (stream->pending_bytes + record.size() > quota) {
    row.have.pop_back();
    if (auto died = die(batch, name, row); !died) return died.error();
    joining.state = State::outgrown;
  } else {
    row.bytes += record.size();
    batch.put(ledger_family, part_key(name, header.part), record);
    if (auto added = add_to_stream(batch, name.stream, record.size(), 0); !added)
      return added.error();
  }
  batch.put(ledger_family, named(LedgerKind::assembly, name), encode(row));
  batch.put(ledger_family, age_key(name, row.first_known), {});
  return joining;
}

Status drop_pending(RowBatch& batch, const events::StreamKey& stream,
                    const events::CommitKey& commit) {
  const Name name{stream, commit};
  auto row = read(batch, name);
  if (!row) return row.error();
  if (!*row) return {};
  if (auto dropped = drop_parts(batch, name, **row); !dropped) return dropped;
  erase_row(batch, name, **row);
  return {};
}

Result<bool> is_pending(const RowView& rows, const events::CommitKey& commit,
                        const events::StreamKey& stream) {
  auto row = read(rows, {stream, commit});
  if (!row) return row.error();
  return row->has_value() && !(*row)->current.is_zero();
}

Result<std::optional<events::KnownTime>> oldest_pending(const RowView& rows) {
  const auto all = rows.scan(ledger_family, KeyWriter().u8(LedgerKind::oldest_assembly).key());
  if (auto read = all->status(); !read) return read.error();
  if (!all->valid()) return std::optional<events::KnownTime>();
  auto key = read_age_key(all->key());
  if (!key) return key.error();
  return std::optional(key->second);
}

Result<std::optional<events::KnownTime>> expire_pending(RowBatch& batch, events::KnownTime now) {
  std::vector<Name> old;
  std::optional<events::KnownTime> left;
  const auto rows = batch.scan(ledger_family, KeyWriter().u8(LedgerKind::oldest_assembly).key());
  for (; rows->valid() && !left; rows->next()) {
    auto key = read_age_key(rows->key());
    if (!key) return key.error();
    if (now - key->second < pending_life) {
      left = key->second;
    } else {
      old.push_back(key->first);
    }
  }
  if (auto read = rows->status(); !read) return read.error();
  for (const auto& name : old) {
    if (auto dropped = drop_pending(batch, name.stream, name.commit); !dropped)
      return dropped.error();
  }
  return left;
}

}  // namespace projections
