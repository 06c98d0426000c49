// The same drug, or the same kind of drug, in more lines than is ordinary.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "projections/knowledge/check_parts.h"

namespace projections::knowledge::checking {

void Check::duplicates() {
  for (const Drug& drug : drugs_) {
    if (!drug.ordered) continue;
    for (const Part& part : drug.parts) {
      duplicate_ingredient(drug, part);
      for (const GroupKey group : knowledge_.groups_of(part.base)) duplicate_group(drug, group);
    }
  }
}

namespace {

struct Lines {
  std::vector<Basis> bases;
  std::vector<std::string> shown;
  std::set<IngredientKey> ingredients;

  // Each line once, whatever number of parts of it count.
  void take(const Drug& drug, IngredientKey ingredient) {
    ingredients.insert(ingredient);
    if (std::find(bases.begin(), bases.end(), drug.basis) != bases.end()) return;
    bases.push_back(drug.basis);
    shown.push_back(drug.fact->shown);
  }
};

// What is put on the skin or into the eye is no second dose of what is swallowed.
bool alike(const Drug& one, const Drug& other) {
  return !other.fact->ended && is_local(one.route) == is_local(other.route);
}

}  // namespace

void Check::duplicate_ingredient(const Drug& drug, const Part& part) {
  const Rule* rule = knowledge_.duplicate_ingredient(part.base);
  if (rule == nullptr) return;
  Lines lines;
  for (const Drug& other : drugs_) {
    for (const Part& other_part : other.parts) {
      if (alike(drug, other) && other_part.base == part.base) lines.take(other, part.base);
    }
  }
  if (lines.bases.size() <= static_cast<std::size_t>(rule->ordinary)) return;
  if (!seen_.emplace(rule->id + knowledge_.ingredient(part.base).id, lines.bases).second) return;
  Card made = card(*rule, CardKind::duplicate,
                   fmt::format("{}: {}", knowledge_.ingredient(part.base).name,
                               fmt::join(lines.shown, " and ")));
  made.rests_on = lines.bases;
  result_.cards.push_back(std::move(made));
}

void Check::duplicate_group(const Drug& drug, GroupKey group) {
  const Rule* rule = knowledge_.duplicate_group(group);
  if (rule == nullptr || is_local(drug.route)) return;
  Lines lines;
  const auto& members = knowledge_.group(group).members;
  for (const Drug& other : drugs_) {
    for (const Part& part : other.parts) {
      const bool member = std::binary_search(members.begin(), members.end(), part.base);
      if (alike(drug, other) && member) lines.take(other, part.base);
    }
  }
  if (lines.ingredients.size() < 2) return;  // one ingredient: said above
  if (lines.bases.size() <= static_cast<std::size_t>(rule->ordinary)) return;
  if (!seen_.emplace(rule->id, lines.bases).second) return;
  Card made = card(*rule, CardKind::duplicate, fmt::format("{}", fmt::join(lines.shown, " and ")));
  made.rests_on = lines.bases;
  result_.cards.push_back(std::move(made));
}

}  // namespace projections::knowledge::checking
