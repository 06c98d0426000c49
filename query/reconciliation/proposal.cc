#include "query/reconciliation/proposal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/medication_groups.h"
#include "projections/medication_lines.h"

namespace query::reconciliation {
namespace {

using projections::Claim;
using projections::MedicationLine;
using projections::MedicationState;
using projections::knowledge::Knowledge;

bool is_outside(const MedicationClaim& claim) { return claim.source == outside_source; }

std::string kind_of(const MedicationClaim& claim) {
  if (is_outside(claim)) return "outside";
  if (claim.source == "order") return "ordered";
  if (claim.source == "dispense") return "dispensed";
  return claim.source == "administration" ? "given" : "reported";
}

// Over, or only evidence: of these a row shows the newest of each column.
bool is_background(Claim claim) {
  switch (claim) {
    case Claim::no_end:
    case Claim::ended:
    case Claim::cancelled:
    case Claim::avoid_ended:
    case Claim::dispensed:
    case Claim::given:
      return true;
    default:
      return false;
  }
}

// Which resources are in force, and what the list says of each: from the record alone.
class ProposalStanding {
 public:
  ProposalStanding(const projections::MedicationReading& reading, events::Micros at) {
    for (const auto& line : reading.lines) {
      for (const auto& claim : line.rests_on) line_of_[projections::name_of(claim)] = &line;
      if (line.state == MedicationState::may_still_be_taking) need(line.lead);
      if (line.state != MedicationState::active && line.state != MedicationState::on_hold) continue;
      for (const auto& claim : line.rests_on) {
        const bool in_force = claim.claim == Claim::active || claim.claim == Claim::on_hold;
        if (in_force && !(claim.end_high && *claim.end_high <= at)) need(claim);
      }
    }
  }
  bool needs(const MedicationClaim& claim) const {
    return needed_.contains(projections::name_of(claim));
  }
  const MedicationLine* line_of(const MedicationClaim& claim) const {
    const auto found = line_of_.find(projections::name_of(claim));
    return found == line_of_.end() ? nullptr : found->second;
  }

 private:
  void need(const MedicationClaim& claim) { needed_.insert(projections::name_of(claim)); }
  std::map<std::string, const MedicationLine*> line_of_;
  std::set<std::string> needed_;
};

class Proposing {
 public:
  Proposing(const projections::MedicationReading& reading, const OutsideList& outside,
            const Knowledge& known, std::string_view here, events::Micros at)
      : standing_(reading, at), outside_(outside), known_(known), here_(here) {}

  Proposal propose(std::vector<MedicationClaim> claims) {
    for (const auto& line : outside_.lines) claims.push_back(line.claim);
    for (const auto& claim : claims) count(claim);
    for (auto& group : projections::group_by_drug(known_, std::move(claims))) add_row(group);
    std::stable_sort(made_.rows.begin(), made_.rows.end(), [](const Row& a, const Row& b) {
      return a.needs_decision() > b.needs_decision();
    });
    return std::move(made_);
  }

 private:
  std::size_t column_of(const MedicationClaim& claim);
  void count(const MedicationClaim& claim);
  Cell cell_of(const MedicationClaim& claim);
  void add_row(const projections::DrugGroup& group);
  void set_state(const projections::DrugGroup& group, Row& row) const;
  void match(Row& row) const;
  void note_differences(const projections::DrugGroup& group, Row& row) const;

  const ProposalStanding standing_;
  const OutsideList& outside_;
  const Knowledge& known_;
  const std::string_view here_;
  Proposal made_;
};

std::size_t Proposing::column_of(const MedicationClaim& claim) {
  const auto kind = kind_of(claim);
  const auto& sent_by = is_outside(claim) ? outside_.label : claim.confirmed_by;
  auto& columns = made_.columns;
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
    return column.kind == kind && column.sent_by == sent_by;
  });
  if (found == columns.end()) {
    const bool here = !is_outside(claim) && !sent_by.empty() && sent_by == here_;
    columns.push_back({kind, sent_by, here, {}, {}, {}, 0});
    return columns.size() - 1;
  }
  return static_cast<std::size_t>(found - columns.begin());
}

void Proposing::count(const MedicationClaim& claim) {
  Column& column = made_.columns[column_of(claim)];
  ++column.lines;
  column.last_confirmed = std::max(column.last_confirmed, claim.confirmed);
  if (!claim.time || (column.time && *column.time >= *claim.time)) return;
  column.time = claim.time;
  column.last_date = claim.start;
}

Cell Proposing::cell_of(const MedicationClaim& claim) {
  Cell cell;
  cell.column = column_of(claim);
  cell.claim = claim;
  const bool rxnorm = claim.drug.system == projections::rxnorm;
  const bool by_code = rxnorm && known_.find(claim.drug.code, {});
  const auto identity = projections::identify(known_, claim.drug, claim.route);
  cell.strength = identity.strength;
  cell.by_name = identity.bases.empty() ? claim.drug.code.empty() : !by_code;
  if (!is_outside(claim)) {
    cell.needed = standing_.needs(claim);
    return cell;
  }
  cell.outside = claim.id;
  cell.needed = std::any_of(outside_.lines.begin(), outside_.lines.end(), [&](const auto& line) {
    return line.claim.id == claim.id && line.in_force;
  });
  return cell;
}

void Proposing::add_row(const projections::DrugGroup& group) {
  auto claims = group.claims;
  std::sort(claims.begin(), claims.end(), projections::is_newer);
  Row row;
  row.identity = group.identity;
  set_state(group, row);
  std::set<std::pair<std::size_t, Claim>> shown;
  bool worth_showing = false;
  for (const auto& claim : claims) {
    Cell cell = cell_of(claim);
    const bool background = is_background(claim.claim) && !cell.needed && cell.outside.empty();
    worth_showing |= !background;
    if (background && !shown.emplace(cell.column, claim.claim).second) continue;
    row.cells.push_back(std::move(cell));
  }
  if (!worth_showing) {
    ++made_.past_left_out;
    return;
  }
  // The record writes the row's drug, if it has it in force.
  std::stable_sort(row.cells.begin(), row.cells.end(), [](const Cell& one, const Cell& other) {
    if (one.needed != other.needed) return one.needed;
    return one.outside.empty() && !other.outside.empty();
  });
  row.drug = row.cells.front().claim.drug;
  match(row);
  note_differences(group, row);
  made_.rows.push_back(std::move(row));
}

void Proposing::set_state(const projections::DrugGroup& group, Row& row) const {
  const MedicationLine* first = nullptr;
  for (const auto& claim : group.claims) {
    const auto* line = is_outside(claim) ? nullptr : standing_.line_of(claim);
    if (line != nullptr && (first == nullptr || line->state < first->state)) first = line;
  }
  row.state = first == nullptr ? "not recorded" : std::string(to_string(first->state));
  if (first != nullptr) row.because = first->because;
}

void Proposing::match(Row& row) const {
  if (row.cells.size() < 2) return;
  std::size_t decided = 0;
  bool by_name = false;
  for (const auto& cell : row.cells) {
    if (!cell.needed && cell.outside.empty()) continue;
    ++decided;
    by_name |= cell.by_name;
  }
  if (row.identity.bases.empty()) {
    row.matched_by = row.drug.code.empty() ? "the same words, of no drug that is known"
                                           : "the same code, of no drug that is known";
  } else {
    row.matched_by = "the same ingredients; nothing said of release and route speaks against it";
  }
  row.to_be_confirmed = decided > 1 && by_name;
}

void Proposing::note_differences(const projections::DrugGroup& group, Row& row) const {
  std::map<std::string, std::string> doses, strengths;
  bool recorded = false, brought = false;
  for (const auto& cell : row.cells) {
    if (!cell.needed) continue;
    (cell.outside.empty() ? recorded : brought) = true;
    const auto add = [&](auto& to, const std::string& what) {
      auto& names = to[what.empty() ? "not said" : what];
      names += (names.empty() ? "" : ", ") + name_of(cell);
    };
    add(doses, cell.claim.dose);
    if (!cell.strength.empty()) add(strengths, cell.strength);
  }
  const auto tell = [&](const char* what, const auto& said) {
    if (said.size() < 2) return;
    std::string text = what;
    for (const auto& [value, names] : said)
      text += fmt::format("{}{} ({})", text.size() > std::string_view(what).size() ? "; " : " ",
                          value, names);
    row.differs.push_back(std::move(text));
  };
  tell("dose:", doses);
  tell("strength:", strengths);
  if (brought && !recorded)
    row.differs.push_back(row.state == "not recorded"
                              ? "only in the list from outside"
                              : "in the list from outside; the record says " + row.state + ": " +
                                    row.because);
  if (recorded && !brought && !outside_.lines.empty())
    row.differs.push_back("not in the list from outside");
  for (const auto& near : group.near)
    row.differs.push_back(projections::name_of(near) + " of " + near.drug.display + ": " +
                          near.status + (near.claim == Claim::avoid ? ", not to be given" : ""));
  std::set<std::string> said;
  for (const auto& claim : group.claims) {
    const auto* line = is_outside(claim) ? nullptr : standing_.line_of(claim);
    if (line == nullptr || !row.needs_decision()) continue;
    for (const auto& one : line->disagreements) {
      const bool of_dose = one.find(": other ") != one.npos;  // said above, side by side
      if (!of_dose && said.insert(one).second) row.differs.push_back(one);
    }
  }
}

}  // namespace

std::string name_of(const Cell& cell) {
  return cell.outside.empty() ? projections::name_of(cell.claim) : cell.outside;
}

bool Row::needs_decision() const {
  return std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.needed; });
}

Proposal propose(projections::MedicationClaims record, const OutsideList& outside,
                 const Knowledge& known, std::string_view here, events::Micros at) {
  std::erase_if(record.claims,
                [](const auto& claim) { return projections::is_none_known(claim.drug); });
  const auto reading = projections::conclude(record, known, projections::MedicationScope::all, at);
  auto made = Proposing(reading, outside, known, here, at).propose(std::move(record.claims));
  made.died = reading.died;
  return made;
}

}  // namespace query::reconciliation
