#include "projections/alert_knowledge.h"

#include <algorithm>
#include <vector>

#include "events/hmac.h"
#include "projections/alert_rows.h"
#include "projections/key_codec.h"
#include "projections/knowledge/bundle.h"
#include "projections/row_codec.h"

namespace projections::alerts {
namespace {

using events::StreamKey;

constexpr std::size_t part_bytes = 100'000;

KeyWriter payload_prefix(const StreamKey& stream, std::string_view digest) {
  return KeyWriter().u8(payload).raw(stream.bytes()).raw(digest);
}

std::string part_key(const KnowledgeSetting& setting, std::size_t part) {
  return payload_prefix(setting.stream, setting.digest).u16(static_cast<std::uint16_t>(part)).key();
}

std::string setting_key(events::Offset offset, std::uint32_t ordinal) {
  return KeyWriter().u8(settings).descending(offset.value).descending(ordinal).key();
}

Result<KnowledgeSetting> decode_setting(std::string_view bytes) {
  RowReader row(bytes);
  KnowledgeSetting setting;
  setting.stream = row.key16<StreamKey>();
  setting.digest = row.bytes();
  setting.label = row.bytes();
  setting.unreadable = row.bytes();
  if (!row.done())
    return events::corrupt("a setting in family alerts cannot be read; rebuild the shard");
  return setting;
}

}  // namespace

Status put_setting(const AcceptedEvent& event, const KnowledgeSetting& setting,
                   std::string_view bytes, Family family, RowBatch& batch) {
  batch.put(family, setting_key(event.position.offset, event.ordinal),
            RowWriter()
                .raw(setting.stream.bytes())
                .bytes(setting.digest)
                .bytes(setting.label)
                .bytes(setting.unreadable)
                .row());
  if (setting.digest.empty()) return {};
  const auto there = batch.get(family, part_key(setting, 0));
  if (!there) return there.error();
  if (*there) return {};
  std::size_t part = 0;
  do {
    const auto size = std::min(part_bytes, bytes.size());
    batch.put(family, part_key(setting, part++), bytes.substr(0, size));
    bytes.remove_prefix(size);
  } while (!bytes.empty());
  return {};
}

Result<std::optional<KnowledgeSetting>> setting_at(events::Offset at, Family family,
                                                   const RowView& rows) {
  const std::string prefix(1, static_cast<char>(settings));
  const auto scan = rows.scan(family, prefix, KeyWriter().u8(settings).descending(at.value).key());
  for (; scan->valid(); scan->next()) {
    auto setting = decode_setting(scan->value());
    if (!setting) return setting.error();
    if (setting->unreadable.empty()) return std::optional(std::move(*setting));
  }
  if (auto read = scan->status(); !read) return read.error();
  return std::optional<KnowledgeSetting>();
}

Result<std::string> setting_bytes(const KnowledgeSetting& setting, Family family,
                                  const RowView& rows) {
  std::string bytes;
  const auto scan = rows.scan(family, payload_prefix(setting.stream, setting.digest).key());
  for (; scan->valid(); scan->next()) bytes += scan->value();
  if (auto read = scan->status(); !read) return read.error();
  if (bytes.empty()) return events::corrupt("the bytes of a setting are gone; rebuild the shard");
  return bytes;
}

Result<std::shared_ptr<const knowledge::Knowledge>> knowledge_at(events::Offset at, Family family,
                                                                 const RowView& rows) {
  const auto setting = setting_at(at, family, rows);
  if (!setting) return setting.error();
  if (!*setting || (*setting)->digest.empty()) return knowledge::shipped_knowledge();
  return knowledge::shared_bundle(events::to_hex((*setting)->digest),
                                  [&] { return setting_bytes(**setting, family, rows); });
}

Status forget_settings(const StreamKey& stream, Family family, RowBatch& batch) {
  std::vector<std::string> keys;
  const auto all = batch.scan(family, std::string(1, static_cast<char>(settings)));
  for (; all->valid(); all->next()) {
    const auto setting = decode_setting(all->value());
    if (!setting) return setting.error();
    if (setting->stream == stream) keys.emplace_back(all->key());
  }
  if (auto read = all->status(); !read) return read;
  const auto parts = batch.scan(family, stream_key(payload, stream));
  for (; parts->valid(); parts->next()) keys.emplace_back(parts->key());
  if (auto read = parts->status(); !read) return read;
  for (const auto& key : keys) batch.erase(family, key);
  return {};
}

}  // namespace projections::alerts
