// A page of what is due: rows of the index, assessed again where time may have changed them.
#include <fmt/format.h>

#include <map>
#include <set>

#include "projections/prevention_due.h"
#include "projections/prevention_due_rows.h"

namespace projections {
namespace {

using immunization::Day;

class DuePage {
 public:
  DuePage(const ShardView& view, const PreventionRules& rules, Day on)
      : view_(view), family_(view.family("prevention_due")), rules_(rules), on_(on) {}

  Result<std::vector<DueItem>> read(std::size_t count, std::string_view place,
                                    std::string_view item) {
    std::vector<DueItem> items;
    const std::string from = place.empty() ? std::string() : std::string(place) + '\0';
    const std::string prefix(1, static_cast<char>(due::by_day));
    const auto rows = view_.rows().scan(family_, prefix, from);
    for (; rows->valid() && items.size() < count; rows->next()) {
      const auto placed = due::decode(rows->key(), rows->value());
      if (!placed) return placed.error();
      if (placed->row.day > on_) break;
      if (!item.empty() && placed->row.item != item) continue;
      const auto answer = answer_of(*placed);
      if (!answer) return answer.error();
      if (!due::is_open((*answer)->state)) continue;
      items.push_back({placed->row.patient, placed->row.item, (*answer)->state, placed->row.day,
                       (*answer)->changes_on, std::string(rows->key())});
    }
    if (auto read = rows->status(); !read) return read.error();
    return items;
  }

 private:
  // As of the page's day; lives until the next call.
  Result<const due::Row*> answer_of(const due::Placed& placed) {
    if (placed.row.is_known_on(on_)) return &placed.row;
    const auto again = assessed_again(placed);
    if (!again) return again.error();
    for (const auto& row : **again) {
      if (row.item == placed.row.item) return &row;
    }
    return &nothing_;
  }

  // Rows of one patient lie apart: each patient is assessed once a page.
  Result<const std::vector<due::Row>*> assessed_again(const due::Placed& placed) {
    const std::string stream(placed.stream.bytes());
    const auto known = again_.find(stream);
    if (known != again_.end()) return &known->second;
    const auto facts = due::read_facts(view_.rows(), family_, placed.stream, rules_);
    if (!facts) return facts.error();
    const auto prevention = assess_prevention(rules_, *facts, on_);
    return &again_.emplace(stream, due::rows_for(prevention, placed.row.patient)).first->second;
  }

  const ShardView& view_;
  const Family family_;
  const PreventionRules& rules_;
  const Day on_;
  std::map<std::string, std::vector<due::Row>> again_;
  const due::Row nothing_{};
};

}  // namespace

Result<std::vector<DueItem>> due_on(const ShardView& view, const PreventionRules& rules, Day on,
                                    std::size_t count, std::string_view place,
                                    std::string_view item) {
  return DuePage(view, rules, on).read(count, place, item);
}

std::vector<std::string> items_of(const PreventionRules& rules) {
  std::set<std::string> items;
  for (const auto& group : rules.schedule.groups) {
    for (const auto antigen : group.antigens) {
      for (const auto& series : rules.schedule.antigens[antigen].series)
        items.insert(fmt::format("vaccine/{}/{}", group.name, series.group_name));
    }
  }
  for (const auto& rule : rules.screenings.rules) items.insert("screening/" + rule.id);
  return {items.begin(), items.end()};
}

}  // namespace projections
