// Reading alerts: a patient's, and a page over all patients.
#include <algorithm>

#include "projections/alert_rows.h"
#include "projections/alerts.h"

namespace projections {
namespace {

using events::StreamKey;
using knowledge::Tier;

// Where an alert in force stands; it is read only if the page has it.
struct Place {
  const ShardView* view;
  std::string place, alert_key;
};

Status read_places(const ShardView& view, Tier tier, const AlertPage& asked,
                   std::vector<Place>& to) {
  const std::string prefix{static_cast<char>(alerts::by_time), static_cast<char>(tier)};
  std::string from;
  if (!asked.place.empty()) from = prefix + std::string(asked.place) + '\0';
  const auto rows = view.rows().scan(view.family("alerts"), prefix, from);
  for (std::size_t read = 0; rows->valid() && read < asked.count; rows->next(), ++read) {
    const auto placed = alerts::read_index_key(rows->key());
    if (!placed) return placed.error();
    if (asked.since && placed->raised < *asked.since) return {};
    to.push_back({&view, std::string(alerts::place_in(rows->key())), placed->alert_key});
  }
  return rows->status();
}

Result<PlacedAlert> read_alert(Place&& at) {
  const auto row = at.view->rows().get(at.view->family("alerts"), at.alert_key);
  if (!row) return row.error();
  if (!*row) return events::corrupt("the index of family alerts leads nowhere");
  auto alert = alerts::decode_alert(at.alert_key, **row);
  if (!alert) return alert.error();
  return PlacedAlert{std::move(*alert), std::move(at.place)};
}

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

Result<std::vector<PlacedAlert>> alerts_in_force(std::span<const ShardView* const> views,
                                                 const AlertPage& page) {
  std::vector<Place> places;
  for (const ShardView* view : views) {
    for (const Tier tier : {Tier::stop, Tier::warn, Tier::note}) {
      if (page.tier && *page.tier != tier) continue;
      if (auto read = read_places(*view, tier, page, places); !read) return read.error();
    }
  }
  std::sort(places.begin(), places.end(),
            [](const auto& a, const auto& b) { return a.place < b.place; });
  if (places.size() > page.count) places.resize(page.count);
  std::vector<PlacedAlert> found;
  for (Place& place : places) {
    auto alert = read_alert(std::move(place));
    if (!alert) return alert.error();
    found.push_back(std::move(*alert));
  }
  return found;
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
