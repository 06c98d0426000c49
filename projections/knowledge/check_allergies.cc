// What is ordered against what the patient is recorded as allergic to.
#include <fmt/format.h>

#include <algorithm>

#include "projections/knowledge/check_parts.h"

namespace projections::knowledge::checking {
namespace {

// An intolerance weighs one tier less, unless its criticality is high; a low criticality
// never interrupts; a high one makes a warning interrupt.
Tier weighed(Tier tier, const AllergyFact& fact) {
  if (fact.criticality == Criticality::high)
    return tier == Tier::warn && !fact.intolerance ? Tier::stop : tier;
  if (fact.intolerance && tier != Tier::note) tier = tier == Tier::stop ? Tier::warn : Tier::note;
  return fact.criticality == Criticality::low ? std::min(tier, Tier::warn) : tier;
}

bool holds(const Rule& rule, const AllergyFact& fact) {
  return std::all_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
    if (one.measure != Measure::reaction) return true;
    if (fact.reactions.empty()) return one.reaction == Reaction::unknown;
    return std::find(fact.reactions.begin(), fact.reactions.end(), one.reaction) !=
           fact.reactions.end();
  });
}

}  // namespace

void Check::allergies() {
  using Asked = PatientFacts::Allergies;
  const auto& facts = patient_.allergies;
  const bool any =
      std::any_of(facts.begin(), facts.end(), [](const AllergyFact& one) { return one.counts; });
  if (patient_.asked == Asked::not_asked && !any)
    result_.not_checked.push_back("Allergies: the patient was not asked");
  if (patient_.asked == Asked::none_known && any)
    result_.not_checked.push_back(
        "Allergies: the record says both that none are known and that there is one");
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].counts) allergy(i, facts[i]);
  }
}

void Check::allergy(std::size_t index, const AllergyFact& fact) {
  FoundDrug found;
  for (std::size_t i = 0; i < fact.codes.size() && !found; ++i)
    found = knowledge_.find(fact.codes[i], {});
  if (!found) found = knowledge_.find({}, fact.shown);
  if (!found || !found.complete)
    not_checkable("Allergy to " + fact.shown, {Basis::What::allergy, index}, Tier::note);
  for (const Drug& drug : drugs_) {
    if (drug.ordered) allergy_to(fact, found, drug, index);
  }
}

void Check::allergy_to(const AllergyFact& fact, const FoundDrug& found, const Drug& drug,
                       std::size_t index) {
  std::vector<const Rule*> rules;
  const auto take = [&](std::span<const Knowledge::PairRule> pairs) {
    for (const auto& pair : pairs) {
      if (holds(*pair.rule, fact)) rules.push_back(pair.rule);
    }
  };
  for (const Part& part : drug.parts) {
    for (const Strength& allergen : found.parts) {
      const auto base = knowledge_.base(allergen.ingredient);
      if (base == part.base && knowledge_.same_ingredient_allergy())
        rules.push_back(knowledge_.same_ingredient_allergy());
      take(knowledge_.cross_reactions(base, part.base));
    }
    if (found.group) take(knowledge_.cross_reactions(*found.group, part.base));
  }
  if (rules.empty()) return;
  std::sort(rules.begin(), rules.end(), [](const Rule* one, const Rule* other) {
    return one->tier != other->tier ? one->tier > other->tier : one->id < other->id;
  });
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  Card made = card(*rules.front(), CardKind::allergy,
                   fmt::format("{}: {} to {}", drug.fact->shown,
                               fact.intolerance ? "intolerance" : "allergy", fact.shown));
  made.tier = weighed(made.tier, fact);
  made.rests_on = {drug.basis, {Basis::What::allergy, index}};
  for (const Rule* rest : std::span(rules).subspan(1)) made.also.push_back(rest->id);
  result_.cards.push_back(std::move(made));
}

}  // namespace projections::knowledge::checking
