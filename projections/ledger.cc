#include "projections/ledger.h"

#include <algorithm>

#include "events/hmac.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"
#include "projections/transactions.h"

namespace projections {
namespace {

constexpr std::size_t resource_hash_bytes = 16;
constexpr std::size_t system_bytes = 8;
constexpr std::size_t hash_bytes = identifier_value_bytes + system_bytes;
constexpr std::size_t chain_bytes = 32;

std::string first_bytes_of_hash(std::string_view text, std::size_t bytes) {
  const auto digest = events::sha256(text);
  return std::string(events::bytes_of(digest).substr(0, bytes));
}

events::Error does_not_read(const char* what) {
  return events::corrupt(std::string("a row of `ledger` does not read: ") + what);
}

}  // namespace

IdentifierHash identifier_hash(std::string_view system, std::string_view value) {
  return first_bytes_of_hash(value, identifier_value_bytes) +
         first_bytes_of_hash(system, system_bytes);
}

std::string id_hash(events::ResourceType type, std::string_view id) {
  const auto name = KeyWriter().u16(static_cast<std::uint16_t>(type)).raw(id).key();
  return first_bytes_of_hash(name, resource_hash_bytes);
}

std::string_view id_hash_in(std::string_view resource_key) {
  return resource_key.substr(1, resource_hash_bytes);
}

std::string resource_prefix(events::ResourceType type, std::string_view id) {
  return KeyWriter().u8(LedgerKind::resource).raw(id_hash(type, id)).key();
}

std::string resource_key(events::ResourceType type, std::string_view id,
                         const events::StreamKey& stream) {
  return resource_prefix(type, id).append(stream.bytes());
}

std::string commit_prefix(const events::CommitKey& commit_key) {
  return KeyWriter().u8(LedgerKind::commit).raw(commit_key.bytes()).key();
}

std::string commit_row_key(const events::CommitKey& commit_key, const events::StreamKey& stream) {
  return commit_prefix(commit_key).append(stream.bytes());
}

std::string identifier_prefix(events::ResourceType type, std::string_view hash) {
  return KeyWriter()
      .u8(LedgerKind::identifier)
      .u16(static_cast<std::uint16_t>(type))
      .raw(hash)
      .key();
}

std::string identifier_key(events::ResourceType type, const IdentifierHash& hash,
                           const events::StreamKey& stream, std::string_view id) {
  return KeyWriter()
      .u8(LedgerKind::identifier)
      .u16(static_cast<std::uint16_t>(type))
      .raw(hash)
      .raw(stream.bytes())
      .text(id)
      .key();
}

std::string stream_row_key(const events::StreamKey& stream_key) {
  return KeyWriter().u8(LedgerKind::stream).raw(stream_key.bytes()).key();
}

Result<IdentifierKey> decode_identifier_key(std::string_view key) {
  KeyReader reader(key);
  const auto kind = reader.u8();
  const auto type = reader.u16();
  const auto hash = reader.raw(hash_bytes);
  const auto stream_bytes = reader.raw(events::StreamKey::size);
  auto id = reader.text();
  if (kind != LedgerKind::identifier || !type || !hash || !stream_bytes || !id || !reader.done()) {
    return does_not_read("identifier");
  }
  return IdentifierKey{*events::StreamKey::from_bytes(*stream_bytes), std::move(*id)};
}

std::string encode(const ResourceRow& row) {
  RowWriter writer;
  writer.varint(row.version.value)
      .u8(row.deleted ? 1 : 0)
      .raw(row.digest.bytes())
      .time(row.first_known)
      .varint(static_cast<std::uint64_t>(row.first_offset.value))
      .varint(row.identifiers.size());
  for (const auto& hash : row.identifiers) writer.raw(hash);
  return std::move(writer).row();
}

Result<ResourceRow> decode_resource_row(std::string_view bytes) {
  RowReader reader(bytes);
  ResourceRow row;
  row.version.value = reader.varint();
  row.deleted = reader.u8() != 0;
  row.digest = reader.key16<events::Digest16>();
  row.first_known = reader.time();
  row.first_offset.value = static_cast<std::int64_t>(reader.varint());
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    row.identifiers.emplace_back(reader.raw(hash_bytes));
  }
  if (!reader.done()) return does_not_read("resource");
  return row;
}

std::string encode(const CommitRow& row) {
  RowWriter writer;
  writer.u8(static_cast<std::uint8_t>(row.verdict))
      .raw(row.request_digest.bytes())
      .raw(row.assembly.bytes())
      .varint(static_cast<std::uint64_t>(row.offset.value))
      .time(row.known_time);
  if (row.verdict == events::Outcome::Verdict::refused) {
    writer.u8(static_cast<std::uint8_t>(row.refusal.code))
        .bytes(row.refusal.message)
        .bytes(row.refusal.element);
  }
  return std::move(writer).row();
}

Result<CommitRow> decode_commit_row(std::string_view bytes) {
  RowReader reader(bytes);
  CommitRow row;
  row.verdict = static_cast<events::Outcome::Verdict>(reader.u8());
  row.request_digest = reader.key16<events::Digest16>();
  row.assembly = reader.key16<events::AssemblyId>();
  row.offset.value = static_cast<std::int64_t>(reader.varint());
  row.known_time = reader.time();
  if (row.verdict == events::Outcome::Verdict::refused) {
    row.refusal.code = static_cast<events::ErrorCode>(reader.u8());
    row.refusal.message = reader.bytes();
    row.refusal.element = reader.bytes();
  }
  if (!reader.done()) return does_not_read("commit");
  return row;
}

std::string encode(const StreamRow& row) {
  RowWriter writer;
  writer.varint(row.accepted).raw(row.chain_head).varint(row.pending_bytes);
  if (row.prepared != 0) writer.varint(row.prepared);  // hardly ever
  return std::move(writer).row();
}

Result<StreamRow> decode_stream_row(std::string_view bytes) {
  RowReader reader(bytes);
  StreamRow row;
  row.accepted = reader.varint();
  row.chain_head = reader.raw(chain_bytes);
  row.pending_bytes = reader.varint();
  if (reader.ok() && !reader.done()) row.prepared = reader.varint();
  if (!reader.done()) return does_not_read("stream");
  return row;
}

Result<StreamRow> StreamLedger::stream() const {
  auto row = rows_.get(ledger_family, stream_row_key(stream_));
  if (!row) return row.error();
  if (!*row) return StreamRow{0, std::string(chain_bytes, '\0'), 0};
  return decode_stream_row(**row);
}

Result<std::optional<CommitRow>> StreamLedger::commit(const events::CommitKey& commit) const {
  auto bytes = rows_.get(ledger_family, commit_row_key(commit, stream_));
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<CommitRow>();
  auto row = decode_commit_row(**bytes);
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::optional<ResourceRow>> StreamLedger::resource(events::ResourceType type,
                                                          std::string_view id) const {
  return resource_at(resource_key(type, id, stream_));
}

Result<std::optional<ResourceRow>> StreamLedger::resource_at(std::string_view key) const {
  auto bytes = rows_.get(ledger_family, key);
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<ResourceRow>();
  auto row = decode_resource_row(**bytes);
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::vector<std::string>> StreamLedger::with_identifier(events::ResourceType type,
                                                               const IdentifierHash& hash) const {
  std::vector<std::string> ids;
  const auto rows =
      rows_.scan(ledger_family, identifier_prefix(type, hash).append(stream_.bytes()));
  for (; rows->valid(); rows->next()) {
    auto key = decode_identifier_key(rows->key());
    if (!key) return key.error();
    ids.push_back(std::move(key->id));
  }
  if (auto read = rows->status(); !read) return read.error();
  return ids;
}

Result<Locks> StreamLedger::locks() const { return locks_of(rows_, stream_); }

Result<std::vector<KnownSince>> find_known(const RowView& rows, events::PartitionId partition,
                                           events::ResourceType type, std::string_view id) {
  std::vector<KnownSince> found;
  const auto prefix = resource_prefix(type, id);
  const auto all = rows.scan(ledger_family, prefix);
  for (; all->valid(); all->next()) {
    const auto stream_bytes = events::StreamKey::from_bytes(all->key().substr(prefix.size()));
    auto row = decode_resource_row(all->value());
    if (!row) return row.error();
    if (!stream_bytes) return does_not_read("resource");
    found.push_back({row->first_known,
                     row->first_offset,
                     {*stream_bytes, partition, events::ResourceId(std::string(id)), row->version,
                      row->deleted}});
  }
  if (auto read = all->status(); !read) return read.error();
  std::sort(found.begin(), found.end(), [](const KnownSince& one, const KnownSince& other) {
    return std::pair(one.first_known, one.first_offset) <
           std::pair(other.first_known, other.first_offset);
  });
  return found;
}

Status each_id_hash(const RowView& rows, const std::function<void(std::string_view)>& take) {
  const auto all = rows.scan(ledger_family, KeyWriter().u8(LedgerKind::resource).key());
  for (; all->valid(); all->next()) {
    if (all->key().size() <= resource_hash_bytes) return does_not_read("resource");
    take(id_hash_in(all->key()));
  }
  return all->status();
}

void put_resource(RowBatch& batch, const events::StreamKey& stream, const ResourceChange& change) {
  static const std::vector<IdentifierHash> none;
  const auto& [type, id, key, before, after] = change;
  const auto& old_hashes = before && !before->deleted ? before->identifiers : none;
  const auto& new_hashes = after.deleted ? none : after.identifiers;
  for (const auto& hash : old_hashes) {
    if (std::binary_search(new_hashes.begin(), new_hashes.end(), hash)) continue;
    batch.erase(ledger_family, identifier_key(type, hash, stream, id));
  }
  for (const auto& hash : new_hashes) {
    if (std::binary_search(old_hashes.begin(), old_hashes.end(), hash)) continue;
    batch.put(ledger_family, identifier_key(type, hash, stream, id), {});
  }
  batch.put(ledger_family, key, encode(after));
}

}  // namespace projections
