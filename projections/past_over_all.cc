#include "projections/past_over_all.h"

#include <algorithm>

#include "projections/catalog.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/overlaid_rows.h"
#include "projections/past_events.h"
#include "projections/patient_directory.h"
#include "projections/search_index.h"

namespace projections {
namespace {

using events::ResourceType;
using events::StreamKey;

std::string name_in_index(std::string_view key) { return std::string(resource_in_index_key(key)); }

// stream | type (u16) | time, descending | id (text)
std::string name_in_chart(std::string_view key) {
  constexpr std::size_t before_id = StreamKey::size + 2 + 8;
  if (key.size() < before_id) return {};
  return std::string(key.substr(before_id)) + std::string(key.substr(0, StreamKey::size));
}

const auto by_key = [](const auto& one, const auto& other) { return one.first < other.first; };

const Projection& projection_named(std::string_view name) {
  return *all_projections()[projection_index(name)];
}

}  // namespace

PastOverAll::PastOverAll(const ShardView& now, events::Offset next,
                         std::shared_ptr<PastBudget> budget)
    : now_(now),
      next_(next),
      budget_(std::move(budget)),
      search_index_(now.family("search_index")),
      patients_(now.family("patients")) {}

bool PastOverAll::has(Family family) const {
  return family.index == search_index_.index || family.index == patients_.index;
}

Result<ResourceType> PastOverAll::type_of(Family family, std::string_view prefix) const {
  if (family.index == patients_.index) return ResourceType::Patient;
  const auto type = KeyReader(prefix).u16();
  if (!type) return events::corrupt("rows of the search index are read of one type");
  return static_cast<ResourceType>(*type);
}

Result<PastOverAll::Changed> PastOverAll::changed(ResourceType type) const {
  const auto known = changed_.find(type);
  if (known != changed_.end()) return known->second;
  auto found = ChangedSince::find(now_, next_, type, *budget_);
  if (!found) return found.error();
  return changed_[type] = std::make_shared<const ChangedSince>(std::move(*found));
}

PastOverAll::NameInRow PastOverAll::name_in(Family family) const {
  if (family.index == patients_.index) return resource_in_patients_key;
  return family.index == search_index_.index ? name_in_index : name_in_chart;
}

const Projection& PastOverAll::projection_of(Family family) const {
  if (family.index == patients_.index) return projection_named("patients");
  return projection_named(family.index == search_index_.index ? "search_index" : "chart");
}

Result<PastOverAll::Table> PastOverAll::earlier(Family family, ResourceType type,
                                                const std::optional<StreamKey>& stream) const {
  auto& known = earlier_[{family.index, type, stream}];
  if (known != nullptr) return known;
  const auto since = changed(type);
  if (!since) return since.error();
  CollectedRows rows;
  for (const auto& one : (*since)->earlier()) {
    if (stream && one.stream != *stream) continue;
    if (auto added = add_earlier(one, type, family, rows); !added) return added.error();
  }
  std::sort(rows.rows.begin(), rows.rows.end(), by_key);
  known = std::make_shared<const RowTable>(std::move(rows.rows));
  return known;
}

Status PastOverAll::add_earlier(const ChangedSince::Earlier& one, ResourceType type, Family family,
                                CollectedRows& rows) const {
  const auto row =
      now_.rows().get(version_family, version_key(one.stream, type, one.id, one.version));
  if (!row) return row.error();
  if (!*row) return events::corrupt("a version that a commit made is not there");
  const auto head = read_version_head(**row);
  if (!head) return head.error();
  if (head->effect == events::EventEffect::deleted) return {};
  const AlignedFacts facts(head->facts);
  const ResourceName name{one.stream, type, one.id};
  AcceptedEvent event = first_event_of(name, *head, facts);
  event.stream_name = one.stream_name;
  const Projection& projection = projection_of(family);
  auto applied = apply_one(projection, event, family, rows);
  if (applied) return applied;
  const auto left_out = may_leave_out(now_, one.stream, projection.name());
  return left_out && *left_out ? Status() : applied;
}

std::unique_ptr<Rows> PastOverAll::overlaid(Family family, ResourceType type,
                                            const std::optional<StreamKey>& stream,
                                            std::string_view prefix, std::string_view from) const {
  auto since = changed(type);
  if (!since) return std::make_unique<NoRows>(since.error());
  auto then = earlier(family, type, stream);
  if (!then) return std::make_unique<NoRows>(then.error());
  auto rows = std::make_unique<TableScan>(std::move(*then), prefix, from);
  if ((*since)->all()) return rows;
  const auto is_replaced = [changed = std::move(*since), name = name_in(family)](
                               std::string_view key) { return changed->has(name(key)); };
  return std::make_unique<OverlaidRows>(now_.rows().scan(family, prefix, from), is_replaced,
                                        std::move(rows));
}

std::unique_ptr<Rows> PastOverAll::scan(Family family, std::string_view prefix,
                                        std::string_view from) const {
  const auto type = type_of(family, prefix);
  if (!type) return std::make_unique<NoRows>(type.error());
  return overlaid(family, *type, std::nullopt, prefix, from);
}

std::unique_ptr<Rows> PastOverAll::scan_chart(Family chart, const StreamKey& stream,
                                              ResourceType type, std::string_view prefix,
                                              std::string_view from) const {
  return overlaid(chart, type, stream, prefix, from);
}

Result<std::optional<std::string>> PastOverAll::get(Family family, std::string_view key) const {
  const auto type = type_of(family, key);
  if (!type) return type.error();
  const auto since = changed(*type);
  if (!since) return since.error();
  if (!(*since)->has(name_in(family)(key))) return now_.rows().get(family, key);
  const auto then = earlier(family, *type, std::nullopt);
  if (!then) return then.error();
  const TableScan row(*then, key, key);
  if (!row.valid() || row.key() != key) return std::optional<std::string>();
  return std::optional(std::string(row.value()));
}

Result<std::optional<std::string>> PastOverAll::chart_row(Family chart,
                                                          std::string_view key) const {
  KeyReader reader(key);
  const auto stream_bytes = reader.raw(StreamKey::size);
  const auto type_number = reader.u16();
  reader.descending();
  const auto id = reader.text();
  if (!stream_bytes || !type_number || !id)
    return events::corrupt("a key of family chart does not read");
  const auto stream = *StreamKey::from_bytes(*stream_bytes);
  const auto type = static_cast<ResourceType>(*type_number);
  const auto since = changed_.find(type);
  if (since != changed_.end() && !since->second->has(resource_name(stream, *id)))
    return now_.rows().get(chart, key);
  const Projection& projection = projection_of(chart);
  CollectedRows rows;
  auto read = each_newest(now_.rows(), version_prefix(stream, type, *id), next_,
                          [&](const ResourceName& name, const VersionHead& head) -> Status {
                            const AlignedFacts facts(head.facts);
                            auto applied = apply_one(projection, first_event_of(name, head, facts),
                                                     chart, rows);
                            if (applied) return applied;
                            const auto left_out = may_leave_out(now_, stream, projection.name());
                            return left_out && *left_out ? Status() : applied;
                          });
  if (!read) return read.error();
  if (rows.rows.empty() || rows.rows.front().first != key) return std::optional<std::string>();
  return std::optional(std::move(rows.rows.front().second));
}

}  // namespace projections
