#include "query/reconciliation/signing.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "events/schema/clinical_generated.h"
#include "projections/medication_lines.h"
#include "query/checks/draft_json.h"
#include "query/reconciliation/fhir_text.h"
#include "query/reconciliation/statement.h"
#include "query/reconciliation/transaction.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
using checks::list_in;
using checks::member_of;
using events::Result;
using events::Status;
using projections::Claim;
using Type = events::ResourceType;

bool is_in_force(const Cell& cell) {
  const auto claim = cell.claim.claim;
  return cell.outside.empty() && (claim == Claim::active || claim == Claim::on_hold);
}
// What a stop ends besides what is in force: a plan or draft that was named.
bool can_be_stopped(const Cell& cell) {
  const auto claim = cell.claim.claim;
  return is_in_force(cell) ||
         (cell.outside.empty() && (claim == Claim::planned || claim == Claim::draft));
}
bool is_order(const Cell& cell) { return cell.claim.type == Type::MedicationRequest; }

// What each decision does to the record.
class Deciding {
 public:
  Deciding(const Signature& signature, const OutsideList& outside, const DocumentOf& document_of)
      : signature_(signature), outside_(outside), document_of_(document_of), made_(signature) {}

  Status add(const LineDecision& decision, const std::vector<Decided>& cells);
  std::string finish() && { return std::move(made_).finish(); }

 private:
  Status act(const LineDecision& decision, const std::vector<Decided>& cells);
  Status change(const LineDecision& decision, const std::vector<Decided>& cells);
  Status stop(const LineDecision& decision, const std::vector<Decided>& cells);
  Status hold(const LineDecision& decision, const std::vector<Decided>& cells);
  Status not_taking(const LineDecision& decision, const std::vector<Decided>& cells);
  Status set_status(const Cell& cell, std::string_view status, const std::string& reason);
  Status state(const LineDecision& decision, const std::vector<Decided>& cells,
               std::string_view status);

  const Signature& signature_;
  const OutsideList& outside_;
  const DocumentOf& document_of_;
  Transaction made_;
  std::vector<std::string> created_;  // by the decision at hand
};

Status Deciding::add(const LineDecision& decision, const std::vector<Decided>& cells) {
  made_.begin_line();
  created_.clear();
  if (auto done = act(decision, cells); !done) return done;
  bool recorded = false;
  for (const auto& [row, cell] : cells) {
    if (!cell->outside.empty()) continue;
    recorded = true;
    made_.enter(decision, *cell);
  }
  for (const auto& reference : created_) made_.enter_created(decision, reference);
  if (recorded || !created_.empty()) return {};
  for (const auto& [row, cell] : cells)
    made_.enter_open(decision, fmt::format("{} ({} of {})", cell->claim.drug.display,
                                           name_of(*cell), outside_.label));
  return {};
}

Status Deciding::act(const LineDecision& decision, const std::vector<Decided>& cells) {
  const bool in_force = std::any_of(cells.begin(), cells.end(),
                                    [](const auto& one) { return is_in_force(*one.cell); });
  switch (decision.decision) {
    case Decision::go_on:
      return in_force ? Status() : state(decision, cells, "active");
    case Decision::change:
      return change(decision, cells);
    case Decision::stop:
      return stop(decision, cells);
    case Decision::add:
      return state(decision, cells, "active");
    case Decision::hold:
      return hold(decision, cells);
    case Decision::not_taking:
      return not_taking(decision, cells);
    case Decision::undecided:
      return {};
  }
  return {};
}

// One resource at a time: which of two orders keeps its dose is a decision of its own.
Status Deciding::change(const LineDecision& decision, const std::vector<Decided>& cells) {
  const Cell* to_change = nullptr;
  for (const auto& [row, cell] : cells) {
    if (!is_in_force(*cell)) continue;
    if (to_change != nullptr)
      return events::unprocessable(
          fmt::format("decisions: change names {} and {}; change one, and decide the other alone",
                      name_of(*to_change), name_of(*cell)),
          "decisions");
    to_change = cell;
  }
  if (to_change == nullptr) return state(decision, cells, "active");
  auto document = document_of_(to_change->claim.type, to_change->claim.id);
  if (!document) return document.error();
  const char* member = is_order(*to_change) ? "dosageInstruction" : "dosage";
  const auto* before = list_in(*document, member);
  json::object dosage =
      decision.dosage.empty() ? json::object{{"text", decision.dose}} : object_in(decision.dosage);
  if (before != nullptr && !before->empty()) {
    const auto* route = member_of(before->front(), "route");
    if (route != nullptr && !dosage.contains("route")) dosage["route"] = *route;
    if (before->size() == 1 && before->front() == json::value(dosage))
      return events::unprocessable(
          fmt::format("decisions: {} has this dose already; say continue", name_of(*to_change)),
          "decisions");
  }
  made_.patch(
      *to_change,
      one(json::object{
          {"op", "add"}, {"path", fmt::format("/{}", member)}, {"value", one(std::move(dosage))}}),
      member_of(*document, "subject"));
  return {};
}

// A line of which anything is fulfilled or dispensed would go on by that: a statement ends it.
Status Deciding::stop(const LineDecision& decision, const std::vector<Decided>& cells) {
  bool ended = false, goes_on = false;
  for (const auto& [row, cell] : cells) {
    if (can_be_stopped(*cell)) {
      const bool draft = cell->claim.claim == Claim::draft && is_order(*cell);
      auto set = set_status(*cell, draft ? "cancelled" : "stopped", decision.reason);
      if (!set) return set;
      ended = true;
    }
    for (const auto& other : row->cells) {
      const auto claim = other.claim.claim;
      goes_on |= other.outside.empty() && (claim == Claim::no_end || claim == Claim::dispensed);
    }
  }
  return ended && !goes_on ? Status() : state(decision, cells, "stopped");
}

Status Deciding::hold(const LineDecision& decision, const std::vector<Decided>& cells) {
  bool held = false;
  for (const auto& [row, cell] : cells) {
    if (!is_in_force(*cell)) continue;
    held = true;
    if (cell->claim.claim == Claim::on_hold) continue;
    if (auto set = set_status(*cell, "on-hold", decision.reason); !set) return set;
  }
  return held ? Status() : state(decision, cells, "on-hold");
}

// What was ordered stays ordered: that it is not taken is a statement beside it.
Status Deciding::not_taking(const LineDecision& decision, const std::vector<Decided>& cells) {
  bool stated = false;
  for (const auto& [row, cell] : cells) {
    if (!is_in_force(*cell) || cell->claim.type != Type::MedicationStatement) continue;
    if (auto set = set_status(*cell, "not-taken", decision.reason); !set) return set;
    stated = true;
  }
  return stated ? Status() : state(decision, cells, "not-taken");
}

Status Deciding::set_status(const Cell& cell, std::string_view status, const std::string& reason) {
  auto operations = one(json::object{{"op", "replace"}, {"path", "/status"}, {"value", status}});
  if (!reason.empty()) {
    json::value why = text_concept(reason);
    if (!is_order(cell)) why = one(std::move(why));  // 0..1 of an order, 0..* of a statement
    operations.push_back(
        json::object{{"op", "add"}, {"path", "/statusReason"}, {"value", std::move(why)}});
  }
  auto document = document_of_(cell.claim.type, cell.claim.id);
  if (!document) return document.error();
  made_.patch(cell, std::move(operations), member_of(*document, "subject"));
  return {};
}

Status Deciding::state(const LineDecision& decision, const std::vector<Decided>& cells,
                       std::string_view status) {
  auto statement = statement_of(signature_, decision, cells, outside_, document_of_, status);
  if (!statement) return statement.error();
  created_.push_back(made_.create(std::move(*statement)));
  return {};
}

}  // namespace

Result<std::string> transaction_of(const Signature& signature,
                                   const std::vector<LineDecision>& decisions, const Cells& cells,
                                   const OutsideList& outside, const DocumentOf& document_of) {
  Deciding made(signature, outside, document_of);
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (auto added = made.add(decisions[i], cells[i]); !added) return added.error();
  }
  return std::move(made).finish();
}

}  // namespace query::reconciliation
