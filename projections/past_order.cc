#include "projections/past_order.h"

#include <algorithm>

#include "projections/alert_facts.h"
#include "projections/alert_rows.h"
#include "projections/change_rows.h"
#include "projections/changed_since.h"
#include "projections/overlaid_rows.h"
#include "projections/past_alerts.h"
#include "projections/past_prevention_due.h"
#include "projections/prevention_due_rows.h"

namespace projections {
namespace {

using events::StreamKey;

std::optional<StreamKey> stream_of_alert(std::string_view key) {
  const auto placed = alerts::read_index_key(key);
  return placed ? std::optional(placed->stream) : std::nullopt;
}

}  // namespace

PastOrder::PastOrder(const ShardView& now, events::Offset next, std::shared_ptr<PastBudget> budget,
                     const Of& of)
    : now_(now),
      next_(next),
      budget_(std::move(budget)),
      of_(of),
      family_(now.family(of.family)),
      before_(far_fewer_before(now, next)) {}

bool PastOrder::has(Family family, std::string_view prefix) const {
  return family.index == family_.index && !prefix.empty() &&
         prefix.front() == static_cast<char>(of_.kind);
}

Status PastOrder::find_streams(Streams& streams) const {
  const auto from = before_ ? events::Offset{} : next_;
  const auto end = before_ ? next_ : now_.next_offset();
  return each_changed_resource(now_.rows(), from, end, [&](const ChangedResource& one) -> Status {
    ++budget_->changes;
    if (of_.may_matter(one.type) && streams.insert(one.stream).second) ++(*budget_.*of_.streams);
    return budget_->is_spent() ? budget_->check() : Status();
  });
}

Status PastOrder::read() const {
  if (then_ != nullptr) return {};
  Streams streams;
  if (auto found = find_streams(streams); !found) return found;
  RowTable then;
  for (const StreamKey& stream : streams) {
    if (auto added = of_.add(now_, stream, next_, then); !added) return added;
  }
  std::sort(then.begin(), then.end());
  streams_ = std::make_shared<const Streams>(std::move(streams));
  then_ = std::make_shared<const RowTable>(std::move(then));
  return {};
}

std::unique_ptr<Rows> PastOrder::scan(std::string_view prefix, std::string_view from) const {
  if (auto done = read(); !done) return std::make_unique<NoRows>(done);
  auto then = std::make_unique<TableScan>(then_, prefix, from);
  if (before_) return then;
  const auto is_replaced = [streams = streams_, stream_in = of_.stream_in](std::string_view key) {
    const auto stream = stream_in(key);
    return stream && streams->contains(*stream);
  };
  return std::make_unique<OverlaidRows>(now_.rows().scan(family_, prefix, from), is_replaced,
                                        std::move(then));
}

const PastOrder::Of& past_order_of_alerts() {
  static const PastOrder::Of of{"alerts",           alerts::by_time,  stream_of_alert,
                                alerts::may_matter, add_alert_places, &PastBudget::patients};
  return of;
}

const PastOrder::Of& past_order_of_due() {
  static const PastOrder::Of of{"prevention_due",         due::by_day,
                                due::stream_in_index_key, due::may_matter,
                                add_prevention_due_then,  &PastBudget::assessed};
  return of;
}

}  // namespace projections
