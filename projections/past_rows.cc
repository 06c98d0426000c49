#include "projections/past_rows.h"

#include <algorithm>

#include "projections/alert_rows.h"
#include "projections/catalog.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/past_alerts.h"
#include "projections/past_events.h"
#include "projections/past_medications.h"
#include "projections/past_prevention_due.h"
#include "projections/past_versions.h"
#include "projections/prevention_due_rows.h"

namespace projections {

using events::ResourceType;
using events::StreamKey;

Result<PastRows::Part> PastRows::part_of(Family family, std::string_view prefix) const {
  Part part{family.index, {}, ResourceType::none};
  const auto is = [&](std::string_view name) { return now_.family(name).index == family.index; };
  const bool known = is("chart") || is("medications") || is("series") || is("settings") ||
                     (is("alerts") && alerts::is_of_patient(prefix)) ||
                     (is("prevention_due") && due::is_of_patient(prefix));
  // What kind of row it is.
  if (known && (is("alerts") || is("prevention_due"))) prefix.remove_prefix(1);
  if (!known || prefix.size() < StreamKey::size) {
    return events::Error{
        events::ErrorCode::unsupported,
        "what this answer rests on is kept as of now only; ask about one patient's "
        "chart, or leave the earlier time out",
        {}};
  }
  part.stream = *StreamKey::from_bytes(prefix.substr(0, StreamKey::size));
  if (is("chart") && prefix.size() >= StreamKey::size + 2) {
    const auto type = KeyReader(prefix.substr(StreamKey::size)).u16();
    part.type = static_cast<ResourceType>(*type);
  }
  if (is("series")) part.type = ResourceType::Observation;
  if (is("settings")) part.type = ResourceType::Setting;
  return part;
}

// Nothing came since: the rows of now are those of then.
Result<bool> PastRows::is_unchanged(const StreamKey& stream) const {
  const auto known = unchanged_.find(stream);
  if (known != unchanged_.end()) return known->second;
  const auto since = now_.changes(next_, stream, 1);
  if (!since) return since.error();
  return unchanged_[stream] = since->empty();
}

std::unique_ptr<Rows> PastRows::scan(Family family, std::string_view prefix,
                                     std::string_view from) const {
  // Kept as they came, with the offset in the key: the reader leaves out what is later.
  if (family.index == change_family.index || family.index == now_.family("sites").index)
    return now_.rows().scan(family, prefix, from);
  if (family.index == version_family.index) return versions_below(next_, now_.rows(), prefix, from);
  if (over_all_ && over_all_->has(family)) return over_all_->scan(family, prefix, from);
  for (const PastOrder& order : orders_) {
    if (order.has(family, prefix)) return order.scan(prefix, from);
  }
  const auto part = part_of(family, prefix);
  if (!part) return std::make_unique<NoRows>(part.error());
  const auto unchanged = is_unchanged(part->stream);
  if (!unchanged) return std::make_unique<NoRows>(unchanged.error());
  if (*unchanged) return now_.rows().scan(family, prefix, from);
  if (over_all_ && family.index == now_.family("chart").index && over_all_->has_read(part->type))
    return over_all_->scan_chart(family, part->stream, part->type, prefix, from);
  auto rows = table(*part);
  if (!rows) return std::make_unique<NoRows>(rows.error());
  return std::make_unique<TableScan>(std::move(*rows), prefix, from);
}

Result<std::optional<std::string>> PastRows::get(Family family, std::string_view key) const {
  if (over_all_ && over_all_->has(family)) return over_all_->get(family, key);
  if (over_all_ && family.index == now_.family("chart").index)
    return over_all_->chart_row(family, key);
  const auto rows = scan(family, key);
  if (auto status = rows->status(); !status) return status.error();
  if (!rows->valid() || rows->key() != key) return std::optional<std::string>();
  return std::optional(std::string(rows->value()));
}

Result<std::shared_ptr<const RowTable>> PastRows::table(const Part& part) const {
  auto& known = tables_[part];
  if (known != nullptr) return known;
  auto made = fold(part);
  if (!made) return made.error();
  std::sort(made->begin(), made->end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  known = std::make_shared<const RowTable>(std::move(*made));
  return known;
}

Result<RowTable> PastRows::fold(const Part& part) const {
  if (part.family == now_.family("medications").index)
    return medications_then(now_, part.stream, next_,
                            [&] { return may_leave_out(now_, part.stream, "medications"); });
  if (part.family == now_.family("alerts").index) return past_alerts(now_, part.stream, next_);
  if (part.family == now_.family("prevention_due").index) {
    RowTable rows;
    if (auto added = add_prevention_due_then(now_, part.stream, next_, rows); !added)
      return added.error();
    return rows;
  }
  const Projection& projection =
      *all_projections()[projection_index(part.type == ResourceType::Setting           ? "settings"
                                          : part.family == now_.family("series").index ? "series"
                                                                                       : "chart")];
  CollectedRows rows;
  auto folded =
      each_newest(now_.rows(), version_rows_of(part.stream, part.type), next_,
                  [&](const ResourceName& name, const VersionHead& head) -> Status {
                    const AlignedFacts facts(head.facts);
                    auto applied = apply_one(projection, first_event_of(name, head, facts),
                                             {part.family}, rows);
                    if (applied) return applied;
                    const auto left_out = may_leave_out(now_, part.stream, projection.name());
                    return left_out && *left_out ? Status() : applied;
                  });
  if (!folded) return folded.error();
  return std::move(rows.rows);
}

}  // namespace projections
