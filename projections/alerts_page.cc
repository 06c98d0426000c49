// Reading alerts: a patient's, and a page over all patients.
#include <algorithm>

#include "projections/alert_rows.h"
#include "projections/alerts.h"

namespace projections {
namespace {

using events::StreamKey;
using knowledge::Tier;

class Page {
 public:
  Page(const ShardView& view, const AlertPage& asked)
      : view_(view), family_(view.family("alerts")), asked_(asked) {}

  Result<std::vector<PlacedAlert>> read() {
    for (const Tier tier : {Tier::stop, Tier::warn, Tier::note}) {
      if (asked_.tier && *asked_.tier != tier) continue;
      if (auto read = read_tier(tier); !read) return read.error();
    }
    std::sort(found_.begin(), found_.end(),
              [](const auto& a, const auto& b) { return a.place < b.place; });
    if (found_.size() > asked_.count) found_.resize(asked_.count);
    return std::move(found_);
  }

 private:
  Status read_tier(Tier tier) {
    const std::string prefix{static_cast<char>(alerts::by_time), static_cast<char>(tier)};
    std::string from;
    if (!asked_.place.empty()) from = prefix + std::string(asked_.place) + '\0';
    const auto rows = view_.rows().scan(family_, prefix, from);
    for (std::size_t read = 0; rows->valid() && read < asked_.count; rows->next(), ++read) {
      const auto placed = alerts::read_index_key(rows->key());
      if (!placed) return placed.error();
      if (asked_.since && placed->raised < *asked_.since) return {};
      const auto row = view_.rows().get(family_, placed->alert_key);
      if (!row) return row.error();
      if (!*row) return events::corrupt("the index of family alerts leads nowhere");
      auto alert = alerts::decode_alert(placed->alert_key, **row);
      if (!alert) return alert.error();
      found_.push_back({std::move(*alert), std::string(alerts::place_in(rows->key()))});
    }
    return rows->status();
  }

  const ShardView& view_;
  const Family family_;
  const AlertPage& asked_;
  std::vector<PlacedAlert> found_;
};

Status read_ended(const ShardView& view, const StreamKey& stream, std::size_t ended_max,
                  PatientAlerts& to) {
  const auto rows = view.rows().scan(view.family("alerts"), alerts::ended_prefix(stream));
  for (; rows->valid(); rows->next()) {
    to.more_ended = to.ended.size() == ended_max;
    if (to.more_ended) break;
    auto alert = alerts::decode_alert(rows->key(), rows->value());
    if (!alert) return alert.error();
    to.ended.push_back(std::move(*alert));
  }
  return rows->status();
}

}  // namespace

Result<std::vector<PlacedAlert>> alerts_in_force(const ShardView& view, const AlertPage& page) {
  return Page(view, page).read();
}

Result<PatientAlerts> alerts_of(const ShardView& view, const StreamKey& stream,
                                std::size_t ended_max) {
  PatientAlerts found;
  const auto family = view.family("alerts");
  const auto judged = view.rows().get(family, alerts::stream_key(alerts::judged, stream));
  if (!judged) return judged.error();
  if (*judged) {
    auto list = alerts::decode_judged_list(**judged);
    if (!list) return list.error();
    found.judged = std::move(*list);
  }
  auto standing = alerts::read_standing(view.rows(), family, stream);
  if (!standing) return standing.error();
  for (auto& [identity, alert] : *standing) found.in_force.push_back(std::move(alert));
  std::stable_sort(found.in_force.begin(), found.in_force.end(), [](const auto& a, const auto& b) {
    if (a.finding.tier != b.finding.tier) return a.finding.tier > b.finding.tier;
    return a.since > b.since;
  });
  if (auto read = read_ended(view, stream, ended_max, found); !read) return read.error();
  return found;
}

Result<std::vector<AlertCount>> alert_counts(const ShardView& view) {
  std::vector<AlertCount> all;
  const auto rows =
      view.rows().scan(view.family("alerts"), std::string(1, static_cast<char>(alerts::counts)));
  for (; rows->valid(); rows->next()) {
    auto one = alerts::decode_count(rows->key(), rows->value());
    if (!one) return one.error();
    all.push_back(std::move(*one));
  }
  if (auto read = rows->status(); !read) return read.error();
  return all;
}

}  // namespace projections
