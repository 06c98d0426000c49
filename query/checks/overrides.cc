#include "query/checks/overrides.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/alert_outcomes.h"
#include "projections/chart.h"
#include "projections/facts_text.h"
#include "query/checks/cds_feedback.h"
#include "query/checks/detected_issue.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using knowledge::Tier;
using projections::text_of;

bool stands(const schema::DetectedIssue& issue) {
  const auto status = text_of(issue.status());
  return status != "entered-in-error" && status != "cancelled";
}

std::string code_in(const schema::Concept* concept_, std::string_view system) {
  if (concept_ == nullptr || concept_->codings() == nullptr) return {};
  for (const auto* coding : *concept_->codings()) {
    if (text_of(coding->system()) == system) return std::string(text_of(coding->code()));
  }
  return {};
}

std::string about_in(const schema::DetectedIssue& issue) {
  if (issue.identifiers() == nullptr) return {};
  for (const auto* one : *issue.identifiers()) {
    if (text_of(one->system()) == alert_system) return std::string(text_of(one->value()));
  }
  return {};
}

bool is_listed(std::string_view code) {
  const auto& all = override_reasons();
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.code == code; });
}

// The last mitigation decides, as for the counters.
const schema::Mitigation* override_in(const schema::DetectedIssue& issue) {
  const auto* mitigations = issue.mitigations();
  if (mitigations == nullptr || mitigations->size() == 0) return nullptr;
  const auto* last = mitigations->Get(mitigations->size() - 1);
  return is_listed(code_in(last->action(), override_system)) ? last : nullptr;
}

// Of all drafts that the card rests on; empty if they have none, or not one.
std::string prescriber_of(const Card& card, const Basket& basket) {
  std::string who;
  for (const auto& one : card.rests_on) {
    if (one.what != RestsOn::What::draft) continue;
    for (const auto& draft : basket.drugs) {
      if (draft.label != one.text) continue;
      if (draft.prescriber.empty() || (!who.empty() && who != draft.prescriber)) return {};
      who = draft.prescriber;
    }
  }
  return who;
}

void lower(const Override& by, Card& card) {
  card.lowered_from = card.tier;
  card.tier = static_cast<Tier>(static_cast<int>(card.tier) - 1);
  card.detail +=
      fmt::format(" Shown as {} instead of {}: overridden by {} on {} ({}).", to_string(card.tier),
                  to_string(*card.lowered_from), by.who, by.when, by.reason);
  card.rests_on.push_back({RestsOn::What::resource, "DetectedIssue/" + by.issue, by.version});
}

}  // namespace

std::string who_is(const schema::Reference* reference) {
  if (reference == nullptr) return {};
  const auto id = text_of(reference->id());
  if (!id.empty()) return fmt::format("{}/{}", events::type_name(reference->type()), id);
  return std::string(text_of(reference->display()));
}

events::Result<std::vector<Override>> overrides_of(const PatientRead& read) {
  std::vector<Override> all;
  projections::ChartCursor rows(*read.view, read.stream, events::ResourceType::DetectedIssue);
  for (; rows.valid(); rows.next()) {
    const auto* issue = rows.facts().of_as_DetectedIssue();
    if (issue == nullptr || !stands(*issue)) continue;
    const auto* mitigation = override_in(*issue);
    if (mitigation == nullptr) continue;
    Override one;
    one.about = about_in(*issue);
    one.who = who_is(mitigation->author());
    if (one.about.empty() || one.who.empty()) continue;
    one.tier = projections::alert_tier(rows.facts());
    one.when = mitigation->date() != nullptr ? text_of(mitigation->date()->text()) : "unknown day";
    one.reason = code_in(mitigation->action(), override_system);
    one.issue = rows.id();
    one.version = rows.version();
    all.push_back(std::move(one));
  }
  if (auto done = rows.status(); !done) return done.error();
  return all;
}

void lower_overridden(const std::vector<Override>& overrides, const Basket& basket,
                      Answer& answer) {
  if (overrides.empty()) return;
  for (auto& card : answer.cards) {
    if (card.tier == Tier::note || card.about.text.empty() || !card.about.has_doses) continue;
    const auto who = prescriber_of(card, basket);
    if (who.empty()) continue;
    const auto found = std::find_if(overrides.begin(), overrides.end(), [&](const Override& one) {
      return one.about == card.about.text && one.who == who && one.tier >= card.tier;
    });
    if (found != overrides.end()) lower(*found, card);
  }
}

bool gives_reason(const schema::Facts& facts, const Card& card) {
  const auto* issue = facts.of_as_DetectedIssue();
  if (issue == nullptr || !stands(*issue) || override_in(*issue) == nullptr) return false;
  if (code_in(issue->code(), projections::alert_rule_system) != card.rule) return false;
  const auto about = about_in(*issue);
  return about.empty() || about == card.about.text;
}

}  // namespace query::checks
