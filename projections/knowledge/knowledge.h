// What is known of drugs: what is in them, what does not go together, what to be careful
// with. Made by read_knowledge (reader.h) and never changed: safe from any thread. What it
// gives points into it and lives as long as it does.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/knowledge/drug_names.h"
#include "projections/knowledge/rows.h"

namespace projections::knowledge {

// How a drug was found, and what is in it. `none`: unknown, which is not the same as
// harmless; whoever checks says "not checkable".
struct FoundDrug {
  enum class How : std::uint8_t { none, by_code, by_ingredient_code, by_display, by_name };
  How how = How::none;
  std::vector<Strength> parts;       // ingredients as written: a salt stays a salt
  const Product* product = nullptr;  // by code and by display
  std::optional<GroupKey> group;     // allergies: "sulfa drugs"
  Route route = Route::unknown;
  bool complete = true;  // false: by name, and a further word may be a drug

  explicit operator bool() const { return how != How::none; }
};
const char* to_string(FoundDrug::How how);

class Knowledge {
 public:
  explicit Knowledge(KnowledgeRows rows);
  Knowledge(const Knowledge&) = delete;
  Knowledge& operator=(const Knowledge&) = delete;

  const std::string& label() const { return rows_.label; }    // "2026-11"
  const std::string& digest() const { return rows_.digest; }  // 32 hex digits of the content
  const std::string& review() const { return rows_.review; }
  const KnowledgeRows& rows() const { return rows_; }

  const Product* product(std::string_view code) const;  // nullptr: unknown
  // By RxNorm code of a product or ingredient, else by text; either may be empty.
  FoundDrug find(std::string_view code, std::string_view text) const;

  const Ingredient& ingredient(IngredientKey key) const { return rows_.ingredients[index_of(key)]; }
  IngredientKey base(IngredientKey key) const { return ingredient(key).base; }
  std::optional<IngredientKey> ingredient_by_id(std::string_view id) const;
  const Group& group(GroupKey key) const { return rows_.groups[index_of(key)]; }
  std::span<const GroupKey> groups_of(IngredientKey base) const;
  const Source& source(const Rule& rule) const { return rows_.sources[rule.source]; }

  // Rules that name both, whatever their conditions. `swapped`: the rule's first drug is
  // the second one here. Some tens of nanoseconds.
  struct PairRule {
    const Rule* rule = nullptr;
    bool swapped = false;
  };
  std::span<const PairRule> interactions(IngredientKey base, IngredientKey other) const;

  // What an allergy to an ingredient or group means for an order of `ordered`; the rule
  // for the very same ingredient is apart.
  std::span<const PairRule> cross_reactions(IngredientKey allergy, IngredientKey ordered) const;
  std::span<const PairRule> cross_reactions(GroupKey allergy, IngredientKey ordered) const;
  const Rule* same_ingredient_allergy() const { return same_ingredient_allergy_; }

  std::span<const Rule* const> cautions(IngredientKey base) const;
  const Rule* duplicate_ingredient(IngredientKey base) const;  // nullptr: no rule
  const Rule* duplicate_group(GroupKey group) const;           // nullptr: no rule

 private:
  // Rules by two numbers, sorted once and searched by halves.
  struct Pairs {
    std::vector<std::pair<std::uint64_t, PairRule>> unsorted;
    std::vector<std::uint64_t> keys;
    std::vector<PairRule> rules;

    void sort();
    std::span<const PairRule> of(std::uint64_t key) const;
  };

  std::vector<IngredientKey> members(const Subject& subject) const;
  void index_ids();
  void index_interaction(const Rule& rule);
  void index_allergy(const Rule& rule);
  void index_duplicate(const Rule& rule);

  const KnowledgeRows rows_;
  const DrugNames names_;
  std::unordered_map<std::string_view, const Product*> products_, displays_;
  std::unordered_map<std::string_view, IngredientKey> ingredients_;
  std::vector<std::vector<GroupKey>> groups_of_;
  std::vector<std::vector<const Rule*>> cautions_;
  Pairs interactions_, cross_reactions_;
  std::unordered_map<std::uint32_t, const Rule*> duplicate_ingredients_, duplicate_groups_;
  const Rule* duplicate_any_ = nullptr;
  const Rule* same_ingredient_allergy_ = nullptr;
};

}  // namespace projections::knowledge
