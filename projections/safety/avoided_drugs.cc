#include "projections/safety/avoided_drugs.h"

#include <algorithm>
#include <set>

namespace projections::safety {
namespace {

using Ingredients = std::set<knowledge::IngredientKey>;

Ingredients ingredients_of(const knowledge::Knowledge& by, const knowledge::DrugFact& fact) {
  knowledge::FoundDrug found;
  for (std::size_t i = 0; i < fact.codes.size() && !found; ++i) found = by.find(fact.codes[i], {});
  if (!found) found = by.find({}, fact.shown);
  Ingredients all;
  for (const auto& part : found.parts) all.insert(by.base(part.ingredient));
  return all;
}

bool meet(const Ingredients& one, const Ingredients& other) {
  return std::any_of(one.begin(), one.end(), [&](auto key) { return other.contains(key); });
}

}  // namespace

std::vector<AvoidedDrug> avoided_drugs(const knowledge::Knowledge& by, const ChartFacts& facts,
                                       std::span<const knowledge::DrugFact> orders,
                                       std::vector<std::size_t>& unknown) {
  using What = knowledge::Basis::What;
  const What what = orders.empty() ? What::drug : What::order;
  const auto judged = orders.empty() ? std::span(facts.patient.drugs) : orders;
  std::vector<AvoidedDrug> found;
  for (std::size_t i = 0; i < facts.avoided.size(); ++i) {
    const auto avoided = ingredients_of(by, facts.avoided[i].fact);
    if (avoided.empty()) unknown.push_back(i);
    for (std::size_t j = 0; j < judged.size(); ++j) {
      if (!judged[j].ended && meet(avoided, ingredients_of(by, judged[j])))
        found.push_back({{what, j}, i});
    }
  }
  return found;
}

}  // namespace projections::safety
