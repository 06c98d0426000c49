#include "projections/knowledge/knowledge.h"

#include <algorithm>

namespace projections::knowledge {
namespace {

constexpr std::uint32_t group_bit = 0x80000000u;  // tells a group from an ingredient in a key

std::uint64_t key_of(std::uint32_t one, std::uint32_t other) {
  return static_cast<std::uint64_t>(one) << 32 | other;
}
std::uint32_t number(IngredientKey key) { return static_cast<std::uint32_t>(key); }
std::uint32_t number(GroupKey key) { return static_cast<std::uint32_t>(key); }

}  // namespace

const char* to_string(FoundDrug::How how) {
  constexpr const char* words[] = {"none", "by code", "by ingredient code", "by display",
                                   "by name"};
  return words[static_cast<std::size_t>(how)];
}

void Knowledge::Pairs::sort() {
  std::sort(unsorted.begin(), unsorted.end(), [](const auto& one, const auto& other) {
    if (one.first != other.first) return one.first < other.first;
    if (one.second.rule != other.second.rule) return one.second.rule < other.second.rule;
    return one.second.swapped < other.second.swapped;
  });
  for (const auto& [key, rule] : unsorted) {
    keys.push_back(key);
    rules.push_back(rule);
  }
  unsorted = {};
}

std::span<const Knowledge::PairRule> Knowledge::Pairs::of(std::uint64_t key) const {
  const auto [from, to] = std::equal_range(keys.begin(), keys.end(), key);
  return std::span(rules).subspan(static_cast<std::size_t>(from - keys.begin()),
                                  static_cast<std::size_t>(to - from));
}

Knowledge::Knowledge(KnowledgeRows rows)
    : rows_(std::move(rows)),
      names_(rows_),
      groups_of_(rows_.ingredients.size()),
      cautions_(rows_.ingredients.size()) {
  index_ids();
  for (const Rule& rule : rows_.rules) {
    switch (rule.kind) {
      case RuleKind::interaction:
      case RuleKind::listed_pair:
        index_interaction(rule);
        break;
      case RuleKind::allergy:
        index_allergy(rule);
        break;
      case RuleKind::duplicate:
        index_duplicate(rule);
        break;
      case RuleKind::caution:
        for (const IngredientKey key : members(rule.first))
          cautions_[index_of(key)].push_back(&rule);
    }
  }
  interactions_.sort();
  cross_reactions_.sort();
}

void Knowledge::index_ids() {
  for (const Product& one : rows_.products) {
    products_.emplace(one.code, &one);
    displays_.emplace(one.display, &one);
  }
  for (std::size_t i = 0; i < rows_.ingredients.size(); ++i)
    ingredients_.emplace(rows_.ingredients[i].id, static_cast<IngredientKey>(i));
  for (std::size_t i = 0; i < rows_.groups.size(); ++i) {
    for (const IngredientKey key : rows_.groups[i].members)
      groups_of_[index_of(key)].push_back(static_cast<GroupKey>(i));
  }
}

std::vector<IngredientKey> Knowledge::members(const Subject& subject) const {
  if (subject.kind == Subject::Kind::ingredient) return {subject.ingredient};
  if (subject.kind == Subject::Kind::group) return group(subject.group).members;
  return {};
}

// Both orders of a pair of classes that share members are kept where conditions tell the
// first drug from the second.
void Knowledge::index_interaction(const Rule& rule) {
  const auto firsts = members(rule.first);
  const auto seconds = members(rule.second);
  const auto holds = [](const std::vector<IngredientKey>& keys, IngredientKey key) {
    return std::binary_search(keys.begin(), keys.end(), key);
  };
  for (const IngredientKey first : firsts) {
    for (const IngredientKey second : seconds) {
      const bool swapped = second < first;
      const bool both_orders = holds(firsts, second) && holds(seconds, first);
      if (first == second || (both_orders && swapped && rule.conditions.empty())) continue;
      const auto key = key_of(number(std::min(first, second)), number(std::max(first, second)));
      interactions_.unsorted.emplace_back(key, PairRule{&rule, swapped});
    }
  }
}

void Knowledge::index_allergy(const Rule& rule) {
  if (rule.first.kind == Subject::Kind::any) {
    same_ingredient_allergy_ = &rule;
    return;
  }
  for (const IngredientKey ordered : members(rule.second)) {
    for (const IngredientKey allergy : members(rule.first)) {
      if (allergy != ordered)
        cross_reactions_.unsorted.emplace_back(key_of(number(allergy), number(ordered)),
                                               PairRule{&rule, false});
    }
    if (rule.first.kind == Subject::Kind::group)
      cross_reactions_.unsorted.emplace_back(
          key_of(number(rule.first.group) | group_bit, number(ordered)), PairRule{&rule, false});
  }
}

void Knowledge::index_duplicate(const Rule& rule) {
  switch (rule.first.kind) {
    case Subject::Kind::any:
      duplicate_any_ = &rule;
      break;
    case Subject::Kind::group:
      duplicate_groups_.emplace(number(rule.first.group), &rule);
      break;
    case Subject::Kind::ingredient:
      duplicate_ingredients_.emplace(number(rule.first.ingredient), &rule);
  }
}

const Product* Knowledge::product(std::string_view code) const {
  const auto found = products_.find(code);
  return found == products_.end() ? nullptr : found->second;
}

std::optional<IngredientKey> Knowledge::ingredient_by_id(std::string_view id) const {
  const auto found = ingredients_.find(id);
  if (found == ingredients_.end()) return std::nullopt;
  return found->second;
}

FoundDrug Knowledge::find(std::string_view code, std::string_view text) const {
  FoundDrug found;
  const auto from_product = [&](const Product& product, FoundDrug::How how) {
    return FoundDrug{how, product.parts, &product, {}, product.route, true};
  };
  if (const Product* coded = product(code)) return from_product(*coded, FoundDrug::How::by_code);
  if (const auto key = ingredient_by_id(code)) {
    found.how = FoundDrug::How::by_ingredient_code;
    found.parts.push_back({*key, {}, {}});
    return found;
  }
  const auto display = displays_.find(text);
  if (display != displays_.end()) return from_product(*display->second, FoundDrug::How::by_display);
  auto match = names_.find(text);
  if (match.parts.empty() && !match.group) return found;
  return {FoundDrug::How::by_name, std::move(match.parts), nullptr, match.group, match.route,
          match.complete};
}

std::span<const GroupKey> Knowledge::groups_of(IngredientKey key) const {
  return groups_of_[index_of(key)];
}

std::span<const Knowledge::PairRule> Knowledge::interactions(IngredientKey one,
                                                             IngredientKey other) const {
  return interactions_.of(key_of(number(std::min(one, other)), number(std::max(one, other))));
}

std::span<const Knowledge::PairRule> Knowledge::cross_reactions(IngredientKey allergy,
                                                                IngredientKey ordered) const {
  return cross_reactions_.of(key_of(number(allergy), number(ordered)));
}

std::span<const Knowledge::PairRule> Knowledge::cross_reactions(GroupKey allergy,
                                                                IngredientKey ordered) const {
  return cross_reactions_.of(key_of(number(allergy) | group_bit, number(ordered)));
}

std::span<const Rule* const> Knowledge::cautions(IngredientKey key) const {
  return cautions_[index_of(key)];
}

const Rule* Knowledge::duplicate_ingredient(IngredientKey key) const {
  const auto found = duplicate_ingredients_.find(number(key));
  return found == duplicate_ingredients_.end() ? duplicate_any_ : found->second;
}

const Rule* Knowledge::duplicate_group(GroupKey key) const {
  const auto found = duplicate_groups_.find(number(key));
  return found == duplicate_groups_.end() ? nullptr : found->second;
}

}  // namespace projections::knowledge
