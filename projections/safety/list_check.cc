#include "projections/safety/list_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace projections::safety {
namespace {

using knowledge::Basis;

void add_shown(const ChartFacts& facts, const Basis& basis, std::vector<std::string>& about) {
  if (basis.what == Basis::What::drug) about.push_back(facts.patient.drugs[basis.index].shown);
  if (basis.what == Basis::What::allergy)
    about.push_back(facts.patient.allergies[basis.index].shown);
}

Finding finding_of(const ChartFacts& facts, knowledge::Card card) {
  Finding finding;
  finding.rule = std::move(card.rule);
  finding.tier = card.tier;
  finding.kind = to_string(card.kind);
  finding.summary = std::move(card.summary);
  finding.detail = std::move(card.detail);
  finding.source = std::move(card.source);
  finding.also = std::move(card.also);
  finding.missing = std::move(card.missing);
  for (const Basis& basis : card.rests_on) {
    add_shown(facts, basis, finding.about);
    auto grounds = grounds_of(facts, basis);
    std::move(grounds.resources.begin(), grounds.resources.end(),
              std::back_inserter(finding.rests_on));
    if (!grounds.not_recorded.empty())
      finding.not_recorded.push_back(std::move(grounds.not_recorded));
  }
  std::sort(finding.about.begin(), finding.about.end());
  return finding;
}

void add_avoided(const knowledge::Knowledge& by, const ChartFacts& facts, ListCheck& to) {
  std::vector<std::size_t> unknown;
  for (const auto& found : avoided_drugs(by, facts, {}, unknown)) {
    const auto line = found.basis.index;
    auto finding = finding_of(facts, found, facts.patient.drugs[line]);
    finding.rests_on.insert(finding.rests_on.begin(), facts.drugs[line]);
    to.findings.push_back(std::move(finding));
  }
  for (const auto i : unknown) to.not_checked.push_back(unknown_avoided(facts, i));
}

}  // namespace

ListCheck check_list(const knowledge::Knowledge& by, const ChartFacts& facts, knowledge::Day at) {
  ListCheck checked;
  if (facts.died || facts.patient.drugs.empty()) return checked;
  auto result = knowledge::check(by, facts.patient, {}, at);
  checked.not_checked = facts.not_checked;
  std::move(result.not_checked.begin(), result.not_checked.end(),
            std::back_inserter(checked.not_checked));
  for (auto& card : result.cards) {
    if (!is_about_food(facts, card)) checked.findings.push_back(finding_of(facts, std::move(card)));
  }
  add_avoided(by, facts, checked);
  sort_sentences(checked.not_checked);
  return checked;
}

Grounds grounds_of(const ChartFacts& facts, const Basis& basis) {
  const auto all = [](const std::vector<Recorded>& resources, const char* name) {
    return Grounds{resources, resources.empty() ? name : ""};
  };
  switch (basis.what) {
    case Basis::What::order:
      return {};
    case Basis::What::drug:
      return {{facts.drugs[basis.index]}, {}};
    case Basis::What::allergy:
      return {{facts.allergies[basis.index]}, {}};
    case Basis::What::age:
      return all(facts.person, "age");
    case Basis::What::sex:
      return all(facts.person, "sex");
    case Basis::What::weight:
      return all(facts.weight, "weight");
    case Basis::What::egfr:
      return all(facts.egfr, "eGFR");
    case Basis::What::pregnancy:
      return all(facts.pregnancy, "pregnancy");
  }
  return {};
}

bool is_about_food(const ChartFacts& facts, const knowledge::Card& card) {
  if (card.kind != knowledge::CardKind::not_checkable) return false;
  return std::all_of(card.rests_on.begin(), card.rests_on.end(), [&](const Basis& basis) {
    return basis.what == Basis::What::allergy && facts.not_of_drugs[basis.index];
  });
}

Finding finding_of(const ChartFacts& facts, const AvoidedDrug& found,
                   const knowledge::DrugFact& taken) {
  const Avoided& avoided = facts.avoided[found.avoided];
  Finding finding;
  finding.rule = "told-to-avoid";
  finding.tier = knowledge::Tier::warn;
  finding.kind = "avoid";
  finding.summary = fmt::format("{}: to be avoided", taken.shown);
  finding.detail = fmt::format("The record says not to take {}.", avoided.fact.shown);
  finding.source = "Chartlog, MedicationRequest.doNotPerform";
  finding.about = {taken.shown, avoided.fact.shown};
  std::sort(finding.about.begin(), finding.about.end());
  finding.rests_on.push_back(avoided.because);
  return finding;
}

std::string unknown_avoided(const ChartFacts& facts, std::size_t avoided) {
  return facts.avoided[avoided].fact.shown +
         ": to be avoided; it is not known here, so nothing was compared";
}

void sort_sentences(std::vector<std::string>& sentences) {
  std::sort(sentences.begin(), sentences.end());
  sentences.erase(std::unique(sentences.begin(), sentences.end()), sentences.end());
}

}  // namespace projections::safety
