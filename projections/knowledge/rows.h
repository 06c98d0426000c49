// What the tables say once they are read: references are positions, not words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/knowledge/condition.h"

namespace projections::knowledge {

// Positions in KnowledgeRows; valid for the Knowledge that gave them only.
enum class IngredientKey : std::uint32_t {};
enum class GroupKey : std::uint32_t {};
constexpr std::size_t index_of(IngredientKey key) { return static_cast<std::size_t>(key); }
constexpr std::size_t index_of(GroupKey key) { return static_cast<std::size_t>(key); }

// What a card does to the prescriber: CDS Hooks info, warning, critical.
enum class Tier : std::uint8_t { note, warn, stop };
const char* to_string(Tier tier);
std::optional<Tier> tier_of(std::string_view word);

struct Source {
  std::string id, title, issuer, licence;
  std::string published;  // as the table writes it; may be empty
  std::string url;        // empty: not at hand
};

struct Ingredient {
  std::string id;        // RxCUI, or chartlog-… where that was not at hand
  std::string name;      // lower case
  IngredientKey base{};  // itself unless a salt or ester
};

struct Strength {
  IngredientKey ingredient{};
  std::optional<double> value;
  std::string unit;  // mg, mg/mL, mg/actuation, mg/h, mg/d, unit/mL …
};

enum class Release : std::uint8_t { unknown, immediate, extended, delayed };

struct Product {
  std::string code;
  std::string display;
  std::vector<Strength> parts;
  Release release{};
  Route route{};
};

// A class of drugs or a group of allergens.
struct Group {
  std::string id;
  std::vector<IngredientKey> members;  // base ingredients, ascending
};

struct Name {
  std::string name;                        // as the table writes it
  std::vector<IngredientKey> ingredients;  // or
  std::optional<GroupKey> group;           // an allergen group
};

// Whom a rule is about: any drug, a group, or one base ingredient.
struct Subject {
  enum class Kind : std::uint8_t { any, group, ingredient } kind = Kind::any;
  GroupKey group{};
  IngredientKey ingredient{};
};

enum class RuleKind : std::uint8_t { interaction, listed_pair, allergy, duplicate, caution };

struct Rule {
  std::string id;
  RuleKind kind{};
  Subject first, second;  // second for interactions and allergies (there: what is ordered)
  Tier tier{};
  std::vector<Condition> conditions;
  std::string when;  // the conditions as written
  std::string claim;
  std::uint32_t source = 0;  // position in sources
  std::string section;
  std::string read;   // the day it was compared with its source, or "not compared"
  std::string topic;  // cautions: older_adult, child, pregnancy, renal, qt, dose, thrombosis
  int ordinary = 0;   // duplicates: lines at a time that need no card
};

struct KnowledgeRows {
  std::string label;   // "2026-11"
  std::string digest;  // 32 hex digits over all that the tables say
  std::string review;
  std::vector<Source> sources;
  std::vector<Ingredient> ingredients;
  std::vector<Name> names;
  std::vector<Product> products;
  std::vector<Group> groups;
  std::vector<Rule> rules;
};

}  // namespace projections::knowledge
