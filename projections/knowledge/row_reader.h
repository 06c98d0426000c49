// What the tables have in common: ids once, references that exist, sources that are named.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "projections/knowledge/rows.h"
#include "projections/knowledge/table.h"

namespace projections::knowledge {

class RowReader {
 public:
  RowReader(KnowledgeRows& rows, Problems& problems) : rows_(rows), problems_(problems) {}

  void sources(const Table& table);
  void ingredients(const Table& table);
  void groups(const Table& table, std::string_view id_column);
  void names(const Table& table);
  void products(const Table& table);
  void rules(const Table& table, RuleKind kind);
  void version(const Table& table);

 private:
  // Each says what is wrong and gives nothing then.
  std::optional<IngredientKey> ingredient(const Place& place, std::string_view id);
  std::optional<IngredientKey> base_ingredient(const Place& place, std::string_view id,
                                               std::string_view name);
  std::optional<GroupKey> group(const Place& place, std::string_view id);
  std::optional<Subject> subject(const Place& place, std::string_view text, bool any_allowed);
  std::optional<Strength> strength(const Place& place, std::string_view text);
  std::optional<std::uint32_t> source(const Row& row);
  std::optional<int> whole_number(const Place& place, std::string_view text);

  void bases(const Table& table);
  bool subjects(const Row& row, Rule& rule);
  bool provenance(const Row& row, Rule& rule);
  bool conditions(const Row& row, Rule& rule);
  bool filled(const Row& row, std::string_view column);
  void read_day(const Row& row);

  KnowledgeRows& rows_;
  Problems& problems_;
  std::map<std::string, std::uint32_t, std::less<>> source_ids_;
  std::map<std::string, IngredientKey, std::less<>> ingredient_ids_;
  std::map<std::string, GroupKey, std::less<>> group_ids_;
  std::set<std::string, std::less<>> name_ids_, product_ids_, rule_ids_;
};

}  // namespace projections::knowledge
