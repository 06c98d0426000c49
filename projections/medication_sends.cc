#include "projections/medication_sends.h"

#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

bool is_of_the_list(events::ResourceType type) {
  using Type = events::ResourceType;
  return type == Type::MedicationRequest || type == Type::MedicationStatement ||
         type == Type::MedicationDispense || type == Type::MedicationAdministration;
}

std::string_view sender_of(const AcceptedEvent& event) {
  if (event.who == nullptr) return {};
  const auto site = text_of(event.who->site());
  return site.empty() ? text_of(event.who->source()) : site;
}

Result<MedicationSend> read_send(std::string_view key_bytes, std::string_view value) {
  KeyReader key(key_bytes);
  key.raw(events::StreamKey::size);
  const auto type = key.u16();
  auto id = key.text();
  const auto offset = key.ascending();
  const auto ordinal = key.u64();
  RowReader row(value);
  MedicationSend send;
  send.known_time = row.time();
  send.effect = static_cast<events::EventEffect>(row.u8());
  send.version = {row.varint()};
  send.site = row.bytes();
  if (!type || !id || !offset || !ordinal || !key.done() || !row.done())
    return events::corrupt("a row of family medication_sends cannot be read; rebuild the shard");
  send.type = static_cast<events::ResourceType>(*type);
  send.id = std::move(*id);
  send.offset = {*offset};
  send.ordinal = static_cast<std::uint32_t>(*ordinal);
  return send;
}

}  // namespace

Status MedicationSends::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (!is_of_the_list(event.type)) return {};
  const auto key = KeyWriter(event.stream)
                       .u16(static_cast<std::uint16_t>(event.type))
                       .text(event.id)
                       .ascending(event.position.offset.value)
                       .u64(event.ordinal)
                       .key();
  const auto row = RowWriter()
                       .time(event.known_time)
                       .u8(static_cast<std::uint8_t>(event.effect))
                       .varint(event.version.value)
                       .bytes(sender_of(event))
                       .row();
  batch.put_unseen(family, key, row);
  return {};
}

Result<std::vector<MedicationSend>> medication_sends_of(const ShardView& view,
                                                        const events::StreamKey& stream,
                                                        events::Offset next) {
  std::vector<MedicationSend> found;
  const auto rows = view.rows().scan(view.family("medication_sends"), KeyWriter(stream).key());
  for (; rows->valid(); rows->next()) {
    auto send = read_send(rows->key(), rows->value());
    if (!send) return send.error();
    if (send->offset < next) found.push_back(std::move(*send));
  }
  if (auto status = rows->status(); !status) return status.error();
  return found;
}

}  // namespace projections
