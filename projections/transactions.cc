#include "projections/transactions.h"

#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

std::string transactions_prefix(const events::StreamKey& stream) {
  return KeyWriter().u8(LedgerKind::transaction).raw(stream.bytes()).key();
}
std::string row_key(const events::StreamKey& stream, const events::TransactionId& id) {
  return transactions_prefix(stream).append(id.bytes());
}
std::string waiting_key(events::KnownTime since, const events::StreamKey& stream,
                        const events::TransactionId& id) {
  return KeyWriter()
      .u8(LedgerKind::waiting)
      .ascending(since.time_since_epoch().count())
      .raw(stream.bytes())
      .raw(id.bytes())
      .key();
}

void write(RowWriter& writer, const std::set<std::pair<events::ResourceType, std::string>>& names) {
  writer.varint(names.size());
  for (const auto& [type, name] : names) {
    writer.varint(static_cast<std::uint64_t>(type)).bytes(name);
  }
}
void read(RowReader& reader, std::set<std::pair<events::ResourceType, std::string>>& names) {
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    const auto type = static_cast<events::ResourceType>(reader.varint());
    names.emplace(type, reader.bytes());
  }
}

std::string encode(const TransactionRow& row) {
  RowWriter writer;
  writer.u8(static_cast<std::uint8_t>(row.state)).raw(row.commit.bytes());
  if (row.state != TransactionRow::State::prepared) return std::move(writer).row();
  writer.time(row.known_time).raw(row.home.bytes()).bytes(row.record).varint(row.records.size());
  for (const auto offset : row.records) writer.varint(static_cast<std::uint64_t>(offset.value));
  write(writer, row.locks.resources);
  write(writer, row.locks.identifiers);
  writer.u8(row.locks.stream ? 1 : 0);
  return std::move(writer).row();
}

Result<TransactionRow> decode_transaction(std::string_view bytes) {
  RowReader reader(bytes);
  TransactionRow row;
  row.state = static_cast<TransactionRow::State>(reader.u8());
  row.commit = reader.key16<events::CommitKey>();
  if (row.state == TransactionRow::State::prepared) {
    row.known_time = reader.time();
    row.home = reader.key16<events::StreamKey>();
    row.record = reader.bytes();
    for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
      row.records.push_back({static_cast<std::int64_t>(reader.varint())});
    }
    read(reader, row.locks.resources);
    read(reader, row.locks.identifiers);
    row.locks.stream = reader.u8() != 0;
  }
  if (!reader.done()) return events::corrupt("a row of `ledger` does not read: transaction");
  return row;
}

}  // namespace

Result<std::optional<TransactionRow>> transaction_row(const RowView& rows,
                                                      const events::StreamKey& stream,
                                                      const events::TransactionId& id) {
  auto bytes = rows.get(ledger_family, row_key(stream, id));
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<TransactionRow>();
  auto row = decode_transaction(**bytes);
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

void put_prepared(RowBatch& batch, const events::StreamKey& stream, const events::TransactionId& id,
                  const TransactionRow& row) {
  batch.put(ledger_family, row_key(stream, id), encode(row));
  batch.put(ledger_family, waiting_key(row.known_time, stream, id), row.home.bytes());
}

void put_decided(RowBatch& batch, const events::StreamKey& stream, const events::TransactionId& id,
                 const std::optional<TransactionRow>& before, TransactionRow::State state) {
  TransactionRow row;
  row.state = state;
  if (before) {
    row.commit = before->commit;
    batch.erase(ledger_family, waiting_key(before->known_time, stream, id));
  }
  batch.put(ledger_family, row_key(stream, id), encode(row));
}

Result<Locks> locks_of(const RowView& rows, const events::StreamKey& stream) {
  Locks locks;
  const auto all = rows.scan(ledger_family, transactions_prefix(stream));
  for (; all->valid(); all->next()) {
    auto row = decode_transaction(all->value());
    if (!row) return row.error();
    if (row->state != TransactionRow::State::prepared) continue;
    locks.resources.merge(row->locks.resources);
    locks.identifiers.merge(row->locks.identifiers);
    locks.stream = locks.stream || row->locks.stream;
  }
  if (auto read = all->status(); !read) return read.error();
  return locks;
}

Result<std::vector<Undecided>> undecided(const RowView& rows, events::KnownTime before,
                                         std::size_t limit) {
  std::vector<Undecided> found;
  const auto all = rows.scan(ledger_family, KeyWriter().u8(LedgerKind::waiting).key());
  for (; all->valid() && found.size() < limit; all->next()) {
    KeyReader reader(all->key());
    reader.u8();
    const auto since = reader.ascending();
    const auto stream = reader.raw(events::StreamKey::size);
    const auto id = reader.raw(events::TransactionId::size);
    const auto home = events::StreamKey::from_bytes(all->value());
    if (!since || !stream || !id || !home || !reader.done()) {
      return events::corrupt("a key of `ledger` does not read: waiting transaction");
    }
    const events::KnownTime time{events::Micros(*since)};
    if (time >= before) break;
    found.push_back({*events::StreamKey::from_bytes(*stream),
                     *events::TransactionId::from_bytes(*id), *home, time});
  }
  if (auto read = all->status(); !read) return read.error();
  return found;
}

}  // namespace projections
