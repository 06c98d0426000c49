#include "query/measures/small_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace query::measures {
namespace {

constexpr std::int64_t hidden_together = 2 * shown_from;

bool is_small(std::int64_t count) { return count > 0 && count < shown_from; }

// What can be subtracted from what within a cell, and what then must not stand beside it. That
// nobody is in a population is always shown.
Withheld small_within(const kept::Figures& figures) {
  Withheld hidden;
  const auto hide = [&](auto... populations) {
    for (const char* each : {populations...})
      if (kept::figure(figures, each) > 0) hidden.insert(each);
  };
  for (const auto& [population, count] : figures) {
    if (is_small(count)) hidden.insert(population);
  }
  const auto initial = kept::figure(figures, "initial-population");
  const auto denominator = kept::figure(figures, "denominator");
  const auto asked = denominator - kept::figure(figures, "denominator-exclusion") -
                     kept::figure(figures, "denominator-exception");
  const auto met =
      kept::figure(figures, "numerator") - kept::figure(figures, "numerator-exclusion");
  if (is_small(initial - denominator)) hide("denominator");
  if (is_small(initial - kept::figure(figures, "measure-population"))) hide("measure-population");
  if (is_small(asked)) hide("denominator-exclusion", "denominator-exception");
  if (is_small(met)) hide("numerator", "numerator-exclusion");
  if (is_small(asked - met)) hide("numerator");
  return hidden;
}

// One population over all cells.
class Column {
 public:
  Column(const std::vector<kept::CellFigures>& cells, std::string_view population,
         std::vector<Withheld>& hidden)
      : cells_(cells), population_(population), hidden_(hidden) {}

  void hide_more() {
    while (is_worked_out()) {
      const auto next = smallest_shown();
      if (next == cells_.size()) return;
      hidden_[next].emplace(population_);
    }
  }

 private:
  std::int64_t count(std::size_t cell) const {
    return kept::figure(cells_[cell].figures, population_);
  }
  bool is_hidden(std::size_t cell) const { return hidden_[cell].contains(population_); }
  bool is_worked_out() const {
    std::int64_t number = 0, sum = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (!is_hidden(i) || count(i) == 0) continue;
      ++number;
      sum += count(i);
    }
    return number > 0 && (number < 2 || sum < hidden_together);
  }
  std::size_t smallest_shown() const {
    std::size_t found = cells_.size();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (is_hidden(i) || count(i) == 0) continue;
      if (found == cells_.size() || count(i) < count(found)) found = i;
    }
    return found;
  }

  const std::vector<kept::CellFigures>& cells_;
  std::string_view population_;
  std::vector<Withheld>& hidden_;
};

void hide_rate(Withheld& hidden) {
  constexpr std::array parts{"denominator", "denominator-exclusion", "denominator-exception",
                             "numerator", "numerator-exclusion"};
  if (std::any_of(parts.begin(), parts.end(), [&](auto part) { return hidden.contains(part); }))
    hidden.emplace("rate");
}

}  // namespace

bool may_see_patients(const ops::auth::Principal& who) {
  constexpr std::array<std::string_view, 16> all{
      "",  // not stated
      "TREAT",   "ETREAT",   "ERTREAT",  "BTG",     "COC",      "CAREMGT",   "POPHLTH",  "CLINTRL",
      "HOPERAT", "HQUALIMP", "HOUTCOMS", "PATSFTY", "PATADMIN", "RECORDMGT", "HSYSADMIN"};
  return std::find(all.begin(), all.end(), who.purpose) != all.end();
}

events::Status permit_patients(const ops::auth::Principal& who) {
  if (may_see_patients(who)) return {};
  return events::Error{events::ErrorCode::forbidden,
                       fmt::format("for the purpose \"{}\" figures are shown, not the patients "
                                   "behind them; X-Chartlog-Purpose: TREAT or HOPERAT shows them",
                                   who.purpose.substr(0, 40))};
}

std::vector<Withheld> withheld(const std::vector<kept::CellFigures>& cells) {
  std::vector<Withheld> hidden;
  Withheld populations;
  for (const auto& cell : cells) {
    hidden.push_back(small_within(cell.figures));
    populations.insert(hidden.back().begin(), hidden.back().end());
  }
  for (const auto& population : populations) Column(cells, population, hidden).hide_more();
  for (auto& each : hidden) hide_rate(each);
  return hidden;
}

}  // namespace query::measures
