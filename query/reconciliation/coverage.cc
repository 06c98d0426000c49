#include "query/reconciliation/coverage.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace query::reconciliation {
namespace {

using events::Result;
using events::Status;
using events::unprocessable;

// What a decision must have, whatever it is about.
Status check_parts(const LineDecision& one, const std::string& place) {
  const auto refuse = [&](const std::string& text) {
    return unprocessable(place + ": " + text, place);
  };
  const bool names_record = !one.resources.empty();
  const bool names_any = names_record || !one.outside.empty();
  const bool has_dose = !one.dose.empty() || !one.dosage.empty();
  if (one.decision == Decision::stop && one.reason.empty()) return refuse("stop needs a reason");
  if (one.decision == Decision::change && !has_dose)
    return refuse("change needs the new dose, in words (dose) or as a Dosage (dosage)");
  if (has_dose && one.decision != Decision::change && one.decision != Decision::add)
    return refuse("a dose goes with change and add only");
  if (one.decision == Decision::add) {
    if (names_record) return refuse("add is for what the record does not have; say continue");
    if (one.outside.size() + (one.medication.empty() ? 0 : 1) != 1)
      return refuse("add needs one line of the list from outside, or a drug");
    return {};
  }
  if (!one.medication.empty()) return refuse("a drug goes with add only");
  if (!names_any) return refuse("names no resource and no line of the list from outside");
  const bool of_record = one.decision == Decision::go_on || one.decision == Decision::change;
  if (of_record && !names_record)
    return refuse("the record does not have it; say add, with another dose if need be");
  return {};
}

class Covering {
 public:
  explicit Covering(const Proposal& proposal) {
    for (const auto& row : proposal.rows) {
      for (const auto& cell : row.cells) {
        cells_[name_of(cell)] = {&row, &cell};
        if (cell.needed) open_.insert(name_of(cell));
      }
    }
  }

  Result<Cells> cover(const std::vector<LineDecision>& decisions) {
    Cells all;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      auto covered = cover(decisions[i], fmt::format("decisions[{}]", i));
      if (!covered) return covered.error();
      all.push_back(std::move(*covered));
    }
    if (!open_.empty())
      return unprocessable(
          fmt::format("decisions: none for {}; each line in force needs one, \"undecided\" is one",
                      fmt::join(open_, ", ")),
          "decisions");
    return all;
  }

 private:
  Result<std::vector<Decided>> cover(const LineDecision& one, const std::string& place) {
    if (auto whole = check_parts(one, place); !whole) return whole.error();
    std::vector<Decided> covered;
    for (const auto& named : one.resources) {
      auto found = take(named.text(), place);
      if (!found) return found.error();
      const auto now = found->cell->claim.version;
      if (now != named.version)
        return events::Error{events::ErrorCode::precondition_failed,
                             fmt::format("{}: {} is at version {}, the decision rests on {}; read "
                                         "the proposal again",
                                         place, named.text(), now.value, named.version.value),
                             place};
      covered.push_back(*found);
    }
    for (const auto& name : one.outside) {
      auto found = take(name, place);
      if (!found) return found.error();
      covered.push_back(*found);
    }
    if (auto confirmed = check_match(one, covered, place); !confirmed) return confirmed.error();
    return covered;
  }

  Result<Decided> take(const std::string& name, const std::string& place) {
    const auto found = cells_.find(name);
    if (found == cells_.end())
      return unprocessable(
          fmt::format("{}: {} is no line of this patient's proposal", place, name.substr(0, 150)),
          place);
    if (!seen_.insert(name).second)
      return unprocessable(fmt::format("{}: {} has a decision already", place, name), place);
    open_.erase(name);
    return found->second;
  }

  // Lines of several rows, or matched by words: one decision for them is a person's match.
  static Status check_match(const LineDecision& one, const std::vector<Decided>& covered,
                            const std::string& place) {
    if (covered.size() < 2 || one.match_confirmed) return {};
    for (const auto& [row, cell] : covered) {
      if (row == covered.front().row && !cell->by_name) continue;
      return unprocessable(
          fmt::format("{}: that {} is the same drug as {} is known by its words or not at all; say "
                      "match_confirmed, or decide each alone",
                      place, name_of(*cell),
                      name_of(*(cell == covered.front().cell ? covered[1] : covered[0]).cell)),
          place);
    }
    return {};
  }

  std::map<std::string, Decided> cells_;
  std::set<std::string> open_, seen_;
};

}  // namespace

Result<Cells> cells_of(const std::vector<LineDecision>& decisions, const Proposal& proposal) {
  return Covering(proposal).cover(decisions);
}

}  // namespace query::reconciliation
