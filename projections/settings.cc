#include "projections/settings.h"

#include "events/hmac.h"
#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::ResourceType;
using events::StreamKey;

std::string key_of(const StreamKey& stream, std::string_view name) {
  return KeyWriter(stream).text(name).key();
}

std::string_view payload_of(const schema::Setting& setting) {
  return {reinterpret_cast<const char*>(setting.bytes()->data()), setting.bytes()->size()};
}

std::string row_of(const AcceptedEvent& event, const schema::Setting& setting) {
  const std::string_view payload = payload_of(setting);
  return RowWriter()
      .varint(event.version.value)
      .bytes(text_of(setting.label()))
      .bytes(events::to_hex(events::bytes_of(events::sha256(payload))))
      .varint(payload.size())
      .varint(event.position.partition.value)
      .varint(static_cast<std::uint64_t>(event.position.offset.value))
      .time(event.known_time)
      .bytes(event.who == nullptr ? std::string_view() : text_of(event.who->subject()))
      .row();
}

Result<SettingRow> read_row(std::string name, std::string_view row) {
  SettingRow setting;
  RowReader reader(row);
  setting.name = std::move(name);
  setting.version = {reader.varint()};
  setting.label = reader.bytes();
  setting.digest = reader.bytes();
  setting.bytes = reader.varint();
  setting.position.partition = {static_cast<std::uint32_t>(reader.varint())};
  setting.position.offset = {static_cast<std::int64_t>(reader.varint())};
  setting.known_time = reader.time();
  setting.by = reader.bytes();
  if (!reader.done()) return events::corrupt("a row of family settings cannot be read");
  return setting;
}

}  // namespace

Status Settings::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.type != ResourceType::Setting) return {};
  const std::string key = key_of(event.stream, event.id);
  if (event.effect == events::EventEffect::deleted) {
    batch.erase(family, key);
  } else if (event.effect != events::EventEffect::confirmed && event.facts != nullptr) {
    const auto* setting = event.facts->of_as_Setting();
    if (setting == nullptr) return events::corrupt("a setting without a payload");
    batch.put(family, key, row_of(event, *setting));
  }
  return {};
}

Result<std::optional<SettingRow>> setting_of(const ShardView& view, const StreamKey& stream,
                                             std::string_view name) {
  const auto row = view.rows().get(view.family("settings"), key_of(stream, name));
  if (!row) return row.error();
  if (!*row) return std::optional<SettingRow>();
  auto setting = read_row(std::string(name), **row);
  if (!setting) return setting.error();
  return std::optional(std::move(*setting));
}

Result<std::vector<SettingRow>> settings_of(const ShardView& view, const StreamKey& stream) {
  std::vector<SettingRow> all;
  const auto rows = view.rows().scan(view.family("settings"), stream.bytes());
  for (; rows->valid(); rows->next()) {
    KeyReader key(rows->key());
    key.raw(StreamKey::size);
    auto name = key.text();
    if (!name || !key.done()) return events::corrupt("a key of family settings cannot be read");
    auto setting = read_row(std::move(*name), rows->value());
    if (!setting) return setting.error();
    all.push_back(std::move(*setting));
  }
  if (auto read = rows->status(); !read) return read.error();
  return all;
}

Result<std::optional<std::string>> setting_payload(const ShardView& view, const StreamKey& stream,
                                                   std::string_view name) {
  const auto row = view.current(stream, ResourceType::Setting, name);
  if (!row) return row.error();
  if (!*row || (*row)->facts.empty()) return std::optional<std::string>();
  const auto* setting = flatbuffers::GetRoot<schema::Facts>((*row)->facts.data())->of_as_Setting();
  if (setting == nullptr) return events::corrupt("a setting's row has no payload");
  return std::optional(std::string(payload_of(*setting)));
}

}  // namespace projections
