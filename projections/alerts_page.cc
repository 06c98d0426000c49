// Reading alerts: a patient's, and a page over all patients.
#include <algorithm>

#include "projections/alert_rows.h"
#include "projections/alerts.h"

namespace projections {
namespace {

using events::StreamKey;
using knowledge::Tier;

// The places of one shard's and tier's alerts in force, in order, read one by one: a page takes few
// of each.
class Places {
 public:
  Places(const ShardView& view, Tier tier, const AlertPage& asked)
      : view_(&view), since_(asked.since) {
    const std::string prefix{static_cast<char>(alerts::by_time), static_cast<char>(tier)};
    std::string from;
    if (!asked.place.empty()) from = prefix + std::string(asked.place) + '\0';
    rows_ = view.rows().scan(view.family("alerts"), prefix, from);
  }
  // Whether there is one; it is `place()` then.
  Result<bool> read() {
    if (!rows_->valid()) {
      if (auto ended = rows_->status(); !ended) return ended.error();
      return false;
    }
    auto placed = alerts::read_index_key(rows_->key());
    if (!placed) return placed.error();
    alert_key_ = std::move(placed->alert_key);
    place_ = alerts::place_in(rows_->key());
    return !since_ || placed->raised >= *since_;
  }
  void next() { rows_->next(); }
  const std::string& place() const { return place_; }

  Result<PlacedAlert> alert() const {
    const auto row = view_->rows().get(view_->family("alerts"), alert_key_);
    if (!row) return row.error();
    if (!*row) return events::corrupt("the index of family alerts leads nowhere");
    auto alert = alerts::decode_alert(alert_key_, **row);
    if (!alert) return alert.error();
    return PlacedAlert{std::move(*alert), place_};
  }

 private:
  const ShardView* view_;
  std::optional<events::KnownTime> since_;
  std::unique_ptr<Rows> rows_;
  std::string place_, alert_key_;
};

// Many of them as one, the first place of all on top.
class MergedPlaces {
 public:
  Status add(Places places) {
    const auto more = places.read();
    if (!more) return more.error();
    if (!*more) return {};
    heap_.push_back(std::move(places));
    std::push_heap(heap_.begin(), heap_.end(), later);
    return {};
  }
  bool empty() const { return heap_.empty(); }
  const Places& top() const { return heap_.front(); }
  Status next() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Places places = std::move(heap_.back());
    heap_.pop_back();
    places.next();
    return add(std::move(places));
  }

 private:
  static bool later(const Places& a, const Places& b) { return a.place() > b.place(); }
  std::vector<Places> heap_;
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

Result<std::vector<PlacedAlert>> alerts_in_force(std::span<const ShardView* const> views,
                                                 const AlertPage& page) {
  MergedPlaces places;
  for (const ShardView* view : views) {
    for (const Tier tier : {Tier::stop, Tier::warn, Tier::note}) {
      if (page.tier && *page.tier != tier) continue;
      if (auto added = places.add(Places(*view, tier, page)); !added) return added.error();
    }
  }
  std::vector<PlacedAlert> found;
  while (!places.empty() && found.size() < page.count) {
    auto alert = places.top().alert();
    if (!alert) return alert.error();
    found.push_back(std::move(*alert));
    if (auto went = places.next(); !went) return went.error();
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
