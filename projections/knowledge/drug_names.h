// Drugs written as text: "metformin 500 mg", "Yaz 28 Day Pack", "aspirin / codeine".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/knowledge/rows.h"

namespace projections::knowledge {

// Lower case, digits apart from the letters that follow, apostrophes dropped and other
// punctuation (a decimal point excepted) as space: "St. John's 500mg" is "st johns 500 mg".
std::string plain_name(std::string_view text);

class DrugNames {
 public:
  explicit DrugNames(const KnowledgeRows& rows);

  struct Match {
    std::vector<Strength> parts;    // base ingredients once; a salt as written
    std::optional<GroupKey> group;  // an allergen group named
    Route route = Route::unknown;   // if the text says ("eye drops")
    bool complete = true;           // false: beside what was found stands a word that may be a drug
  };
  // The longest names win, from left to right. No parts and no group: nothing was found.
  Match find(std::string_view text) const;

 private:
  struct Word {
    std::string text;
    std::size_t component = 0;  // parts of the text between "/", "+", "," …
  };
  static std::vector<Word> words_of(std::string_view text);
  const Name* longest_at(const std::vector<Word>& words, std::size_t at, std::size_t& taken) const;
  void add(const Name& name, const std::vector<Word>& words, std::size_t after, Match& match) const;

  const KnowledgeRows& rows_;
  std::vector<Name> names_;
  std::unordered_map<std::string, std::size_t> by_plain_name_;
  std::size_t words_max_ = 1;
};

}  // namespace projections::knowledge
