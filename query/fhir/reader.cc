#include "query/fhir/reader.h"

#include <fmt/format.h>

namespace query::fhir {

using events::Error;
using events::ErrorCode;
using events::Result;

const projections::ShardView& Reader::view(events::PartitionId partition) {
  auto& view = views_[partition];
  if (view == nullptr) {
    view = sources_.shards.shard(partition).view();
    position_.see_next(partition, view->next_offset());
  }
  return *view;
}

const projections::ShardView& Reader::view_of(const events::StreamKey& stream) {
  return view(events::partition_of(stream, sources_.shards.count()));
}

Result<events::Known> Reader::find(events::ResourceType type, std::string_view id) {
  auto known = sources_.shards.lookup().find(type, events::ResourceId(std::string(id)));
  if (!known) return known.error();
  if (!*known) return never_existed(type, id);
  return std::move(**known);
}

Result<projections::VersionRow> Reader::current(const events::Known& known,
                                                events::ResourceType type) {
  auto row = view(known.partition).current(known.stream, type, known.id.text());
  if (!row) return row.error();
  if (!*row) return never_existed(type, known.id.text());
  if ((*row)->effect == events::EventEffect::deleted) return was_deleted(type, known.id.text());
  return std::move(**row);
}

Error never_existed(events::ResourceType type, std::string_view id) {
  return {ErrorCode::not_found,
          fmt::format("{}/{}: there never was one of that id", events::type_name(type), id),
          {}};
}

Error was_deleted(events::ResourceType type, std::string_view id) {
  return {ErrorCode::gone,
          fmt::format("{0}/{1}: was deleted; its versions are at /fhir/{0}/{1}/_history",
                      events::type_name(type), id),
          {}};
}

Result<events::ResourceType> resource_type_named(std::string_view name) {
  if (const auto type = events::type_of_name(name)) return *type;
  return Error{
      ErrorCode::not_found,
      fmt::format("{}: not a resource type of this server; /fhir/metadata lists them", name),
      {}};
}

events::Status check_id(std::string_view id) {
  if (events::is_fhir_id(id)) return {};
  return events::invalid(
      fmt::format("id {}: not an id; ids are 1 to 64 letters, digits, - and .", id));
}

}  // namespace query::fhir
