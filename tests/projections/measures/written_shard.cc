#include "tests/projections/measures/written_shard.h"

#include "events/hmac.h"
#include "events/schema/clinical_generated.h"
#include "projections/change_rows.h"
#include "projections/families.h"
#include "projections/settings.h"
#include "projections/shard_meta.h"
#include "tests/projections/measures/small_measure.h"

namespace projections::measures::test {
namespace {

constexpr Family settings_family{first_projection_family};

events::StreamKey key_of(const std::string& name) {
  return *events::StreamKey::from_bytes(
      events::bytes_of(events::sha256(name)).substr(0, events::StreamKey::size));
}

}  // namespace

WrittenShard::WrittenShard()
    : rows_(first_projection_family + 1, [](Family, std::string_view) { return std::string(); }) {}

events::StreamKey WrittenShard::stream_of(const std::string& patient) {
  return key_of("Patient/" + patient);
}
events::StreamKey WrittenShard::settings_stream() { return key_of("settings/0"); }

Family WrittenShard::family(std::string_view) const { return settings_family; }

void WrittenShard::put(const std::string& patient, const std::string& type, const std::string& id,
                       const std::string& document) {
  write({stream_of(patient), "Patient/" + patient, *events::type_of_name(type), id}, document, {},
        false);
}

void WrittenShard::remove(const std::string& patient, const std::string& type,
                          const std::string& id) {
  const auto live = current(stream_of(patient), *events::type_of_name(type), id);
  if (!live || !*live || (*live)->effect == events::EventEffect::deleted) return;
  write({stream_of(patient), "Patient/" + patient, *events::type_of_name(type), id}, {}, {}, true);
}

void WrittenShard::set(const std::string& name, const std::string& payload) {
  write({settings_stream(), "settings/0", events::ResourceType::Setting, name}, "{}",
        setting_facts(name, payload), false);
}
void WrittenShard::unset(const std::string& name) {
  write({settings_stream(), "settings/0", events::ResourceType::Setting, name}, {}, {}, true);
}

void WrittenShard::write(const Place& place, const std::string& document, const std::string& facts,
                         bool deleted) {
  const auto before = current(place.stream, place.type, place.id);
  VersionRow row;
  row.version = before && *before ? (*before)->version.next() : events::Version{1};
  row.effect = deleted                  ? events::EventEffect::deleted
               : row.version.value == 1 ? events::EventEffect::recorded
                                        : events::EventEffect::amended;
  row.known_time = now;
  row.position.offset = next_;
  row.sealed = document;
  row.facts = facts;
  rows_.put(version_family, version_key(place.stream, place.type, place.id, row.version),
            encode(row));
  ChangeRow change;
  change.change.position = row.position;
  change.change.known_time = now;
  change.change.stream = place.stream;
  change.change.stream_name = place.name;
  change.change.events.push_back(
      {row.effect, place.type, events::ResourceId(place.id), row.version});
  change.records = {next_};
  put_change(rows_, change);
  if (place.type == events::ResourceType::Setting) {
    AcceptedEvent event;
    event.stream = place.stream;
    event.stream_name = place.name;
    event.position = row.position;
    event.effect = row.effect;
    event.type = place.type;
    event.id = place.id;
    event.version = row.version;
    if (!facts.empty()) event.facts = flatbuffers::GetRoot<events::schema::Facts>(facts.data());
    if (!Settings().apply(event, settings_family, rows_)) std::abort();
  }
  next_ = next_.next();
  ShardPosition position;
  position.next = next_;
  position.clock = now;
  put_position(rows_, position);
}

Result<std::optional<VersionRow>> WrittenShard::current(const events::StreamKey& stream,
                                                        events::ResourceType type,
                                                        std::string_view id) const {
  const auto all = history(stream, type, id);
  if (!all) return all.error();
  return all->empty() ? std::optional<VersionRow>() : std::optional(all->front());
}
Result<std::optional<VersionRow>> WrittenShard::version(const events::StreamKey& stream,
                                                        events::ResourceType type,
                                                        std::string_view id,
                                                        events::Version version) const {
  const auto row = rows_.get(version_family, version_key(stream, type, id, version));
  if (!*row) return std::optional<VersionRow>();
  return std::optional(*decode_version_row(**row));
}
Result<std::vector<VersionRow>> WrittenShard::history(const events::StreamKey& stream,
                                                      events::ResourceType type,
                                                      std::string_view id) const {
  std::vector<VersionRow> found;
  const auto scan = rows_.scan(version_family, version_prefix(stream, type, id));
  for (; scan->valid(); scan->next()) found.push_back(*decode_version_row(scan->value()));
  return found;
}
Result<std::vector<Change>> WrittenShard::changes(events::Offset from,
                                                  const std::optional<events::StreamKey>& stream,
                                                  std::size_t limit) const {
  const auto rows = changes_from(rows_, {0}, from, stream, limit);
  if (!rows) return rows.error();
  std::vector<Change> found;
  for (const auto& row : *rows) found.push_back(row.change);
  return found;
}

Result<std::string> written_document(const events::StreamKey&, const VersionRow& row) {
  return row.sealed;
}

}  // namespace projections::measures::test
