#include "tests/projections/folded_rows.h"

#include "events/check.h"
#include "events/schema/clinical_generated.h"
#include "projections/store_limits.h"

namespace tests {
namespace {

using events::EventEffect;
using projections::Family;

std::vector<std::string> families() {
  std::vector<std::string> names;
  for (const auto& projection : projections::all_projections()) {
    names.emplace_back(projection->name());
  }
  return names;
}

// Rows only: who asks a fold for versions or changes has taken the wrong fixture.
class RowsView final : public projections::ShardView {
 public:
  RowsView(std::shared_ptr<const projections::RowView> rows, std::int64_t events)
      : rows_(std::move(rows)), events_(events) {}
  events::Offset next_offset() const override { return {events_}; }
  const projections::RowView& rows() const override { return *rows_; }
  Family family(std::string_view projection) const override {
    return {static_cast<std::uint32_t>(projections::projection_index(projection))};
  }
  std::vector<std::pair<std::string, Family>> logical_families() const override {
    std::vector<std::pair<std::string, Family>> all;
    for (const auto& name : families()) all.emplace_back(name, family(name));
    return all;
  }
  events::Result<std::optional<projections::VersionRow>> current(const events::StreamKey&,
                                                                 events::ResourceType,
                                                                 std::string_view) const override {
    return not_here();
  }
  events::Result<std::optional<projections::VersionRow>> version(const events::StreamKey&,
                                                                 events::ResourceType,
                                                                 std::string_view,
                                                                 events::Version) const override {
    return not_here();
  }
  events::Result<std::vector<projections::VersionRow>> history(const events::StreamKey&,
                                                               events::ResourceType,
                                                               std::string_view) const override {
    return not_here();
  }
  events::Result<std::vector<events::Known>> find(events::ResourceType,
                                                  std::string_view id) const override {
    events::Known known;  // a Patient's stream is named by its id
    known.stream = FoldedRows::stream("Patient/" + std::string(id));
    known.id = events::ResourceId(std::string(id));
    return std::vector<events::Known>{known};
  }
  events::Result<std::vector<projections::Change>> changes(events::Offset,
                                                           const std::optional<events::StreamKey>&,
                                                           std::size_t) const override {
    return not_here();
  }
  events::Result<std::vector<projections::ParkedPatient>> parked(
      const std::optional<events::StreamKey>&) const override {
    return std::vector<projections::ParkedPatient>();
  }
  events::Result<std::vector<projections::QuarantinedRecord>> quarantined(
      std::size_t) const override {
    return std::vector<projections::QuarantinedRecord>();
  }

 private:
  static events::Error not_here() { return events::unavailable("folded rows have no versions"); }
  std::shared_ptr<const projections::RowView> rows_;
  std::int64_t events_;
};

const events::schema::Facts* root(const std::string& bytes) {
  return bytes.empty() ? nullptr : flatbuffers::GetRoot<events::schema::Facts>(bytes.data());
}

}  // namespace

FoldedRows::FoldedRows() {
  auto opened = projections::Store::open(
      {folder_.path(), families(), projections::make_shared_resources({})});
  CHECK(opened.has_value());
  store_ = std::move(*opened);
}
FoldedRows::~FoldedRows() = default;

events::StreamKey FoldedRows::stream(const std::string& name) {
  return events::stream_key(events::Secret{}, name);
}

void FoldedRows::send(const std::string& stream_name, events::ResourceType type,
                      const std::string& id, const std::string& facts_bytes,
                      const std::string& site) {
  const Name name{stream_name, type, id};
  fold(name, current_[name], facts_bytes, site);
}

void FoldedRows::remove(const std::string& stream_name, events::ResourceType type,
                        const std::string& id) {
  const Name name{stream_name, type, id};
  fold(name, current_[name], {}, "north");
}

void FoldedRows::fold(const Name& name, Current& current, const std::string& facts,
                      const std::string& site) {
  const auto& [stream_name, type, id] = name;
  events::schema::WhoT who_fields;
  who_fields.site = site;
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(events::schema::Who::Pack(builder, &who_fields));

  projections::AcceptedEvent event;
  event.stream = stream(stream_name);
  event.stream_name = stream_name;
  event.position.offset = {events_++};
  event.known_time = events::KnownTime(known_from_ + events::Micros(events_));
  event.type = type;
  event.id = id;
  event.who = flatbuffers::GetRoot<events::schema::Who>(builder.GetBufferPointer());
  event.effect = facts.empty()              ? EventEffect::deleted
                 : facts == current.facts   ? EventEffect::confirmed
                 : current.version.exists() ? EventEffect::amended
                                            : EventEffect::recorded;
  event.previous = root(current.facts);
  event.facts = root(facts);
  event.facts_bytes = facts;
  if (event.effect != EventEffect::confirmed) current.version = current.version.next();
  event.version = current.version;

  auto batch = store_->begin();
  std::uint32_t family = 0;
  for (const auto& projection : projections::all_projections()) {
    CHECK(projection->apply(event, {family++}, *batch).has_value());
  }
  CHECK(store_->commit(std::move(batch)).has_value());
  current.facts = facts;
}

void FoldedRows::forget(const std::string& stream_name) {
  auto batch = store_->begin();
  std::uint32_t family = 0;
  for (const auto& projection : projections::all_projections()) {
    CHECK(projection->forget(stream(stream_name), {family++}, *batch).has_value());
  }
  CHECK(store_->commit(std::move(batch)).has_value());
}

std::shared_ptr<const projections::ShardView> FoldedRows::view() const {
  return std::make_shared<RowsView>(store_->snapshot(), events_);
}

std::map<std::string, std::string> FoldedRows::rows(std::string_view family) const {
  std::map<std::string, std::string> found;
  const auto snapshot = store_->snapshot();
  const auto all =
      snapshot->scan({static_cast<std::uint32_t>(projections::projection_index(family))}, "");
  for (; all->valid(); all->next()) found.emplace(all->key(), all->value());
  CHECK(all->status().has_value());
  return found;
}

}  // namespace tests
