#include "projections/past_events.h"

#include "projections/key_codec.h"

namespace projections {

using events::ResourceType;
using events::StreamKey;

Status apply_one(const Projection& projection, const AcceptedEvent& event, Family family,
                 RowBatch& batch) {
  try {
    return projection.apply(event, family, batch);
  } catch (const std::exception& failure) {
    return events::corrupt(failure.what());
  }
}

Result<bool> may_leave_out(const ShardView& now, const StreamKey& stream,
                           std::string_view projection) {
  const auto parked = now.parked(stream);
  if (!parked) return parked.error();
  return std::any_of(parked->begin(), parked->end(),
                     [&](const auto& one) { return one.projection == projection; });
}

Result<ResourceName> name_in_version_key(std::string_view version_key) {
  KeyReader key(version_key);
  const auto stream = key.raw(StreamKey::size);
  const auto type = key.u16();
  auto id = key.text();
  if (!stream || !type || !id) return events::corrupt("a key of `versions` does not read");
  return ResourceName{*StreamKey::from_bytes(*stream), static_cast<ResourceType>(*type),
                      std::move(*id)};
}

std::string version_rows_of(const StreamKey& stream, ResourceType type) {
  KeyWriter key(stream);
  if (type != ResourceType::none) key.u16(static_cast<std::uint16_t>(type));
  return std::move(key).key();
}

AcceptedEvent first_event_of(const ResourceName& name, const VersionHead& head,
                             const AlignedFacts& facts) {
  AcceptedEvent event;
  event.stream = name.stream;
  event.position = head.position;
  event.known_time = head.known_time;
  event.effect = head.effect;
  event.type = name.type;
  event.id = name.id;
  event.version = head.version;
  event.facts = facts.get();
  event.facts_bytes = facts.bytes();
  return event;
}

}  // namespace projections
