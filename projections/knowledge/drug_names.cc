#include "projections/knowledge/drug_names.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace projections::knowledge {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool parts_drugs(char c) {
  return std::string_view("/+,;&|()[]").find(c) != std::string_view::npos;
}

// Words beside a drug's name that are no drug: forms, salts, directions.
bool is_ordinary(std::string_view word) {
  static const std::set<std::string_view> ordinary{
      "tablet",   "tablets",    "capsule", "capsules", "oral",       "daily",        "twice",
      "take",     "with",       "food",    "mouth",    "solution",   "injection",    "injectable",
      "extended", "release",    "delayed", "pack",     "chewable",   "cream",        "ointment",
      "drops",    "spray",      "patch",   "hours",    "needed",     "once",         "each",
      "every",    "sodium",     "acid",    "strength", "suspension", "system",       "modified",
      "human",    "morning",    "evening", "night",    "bedtime",    "pain",         "days",
      "week",     "weekly",     "unit",    "units",    "inhaler",    "puffs",        "actuat",
      "topical",  "ophthalmic", "powder",  "syringe",  "prefilled",  "hydrochloride"};
  return word.size() < 4 || !is_letter(word.front()) || ordinary.contains(word);
}

Route route_in(std::string_view word) {
  static const std::unordered_map<std::string_view, Route> routes{
      {"ophthalmic", Route::ophthalmic},
      {"eye", Route::ophthalmic},
      {"otic", Route::otic},
      {"ear", Route::otic},
      {"topical", Route::topical},
      {"cream", Route::topical},
      {"ointment", Route::topical},
      {"inhaler", Route::inhaled},
      {"inhalation", Route::inhaled},
      {"nasal", Route::nasal},
      {"transdermal", Route::transdermal},
      {"patch", Route::transdermal},
      {"vaginal", Route::vaginal},
      {"injection", Route::injected},
      {"injectable", Route::injected},
      {"oral", Route::oral},
      {"tablet", Route::oral},
      {"capsule", Route::oral},
      {"sublingual", Route::sublingual},
      {"intrauterine", Route::intrauterine}};
  const auto found = routes.find(word);
  return found == routes.end() ? Route::unknown : found->second;
}

std::optional<double> number_in(std::string_view word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string plain_name(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = lower(text[i]);
    const char before = plain.empty() ? ' ' : plain.back();
    const bool point = c == '.' && is_digit(before) && i + 1 < text.size() && is_digit(text[i + 1]);
    if (is_letter(c) && is_digit(before)) plain += ' ';
    if (is_letter(c) || is_digit(c) || point) {
      plain += c;
    } else if (c != '\'' && before != ' ') {
      plain += ' ';
    }
  }
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  return plain;
}

DrugNames::DrugNames(const KnowledgeRows& rows) : rows_(rows), names_(rows.names) {
  for (std::size_t i = 0; i < rows.ingredients.size(); ++i)
    names_.push_back({rows.ingredients[i].name, {static_cast<IngredientKey>(i)}, {}});
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string plain = plain_name(names_[i].name);
    by_plain_name_.emplace(plain, i);
    const auto words = static_cast<std::size_t>(std::count(plain.begin(), plain.end(), ' ')) + 1;
    words_max_ = std::max(words_max_, words);
  }
}

std::vector<DrugNames::Word> DrugNames::words_of(std::string_view text) {
  std::vector<Word> words;
  std::size_t component = 0;
  while (!text.empty()) {
    const auto end = std::find_if(text.begin(), text.end(), parts_drugs);
    const auto size = static_cast<std::size_t>(end - text.begin());
    std::string plain = plain_name(text.substr(0, size)) + ' ';
    for (std::size_t from = 0; from < plain.size();) {
      const auto to = plain.find(' ', from);
      if (to > from) words.push_back({plain.substr(from, to - from), component});
      from = to + 1;
    }
    text.remove_prefix(std::min(size + 1, text.size()));
    ++component;
  }
  return words;
}

const Name* DrugNames::longest_at(const std::vector<Word>& words, std::size_t at,
                                  std::size_t& taken) const {
  std::string joined;
  const Name* longest = nullptr;
  for (std::size_t i = at; i < words.size() && i < at + words_max_; ++i) {
    if (i > at) joined += ' ';
    joined += words[i].text;
    const auto found = by_plain_name_.find(joined);
    if (found == by_plain_name_.end()) continue;
    longest = &names_[found->second];
    taken = i - at + 1;
  }
  return longest;
}

void DrugNames::add(const Name& name, const std::vector<Word>& words, std::size_t after,
                    Match& match) const {
  if (name.group) match.group = name.group;
  for (const IngredientKey key : name.ingredients) {
    const auto base = rows_.ingredients[index_of(key)].base;
    const bool there =
        std::any_of(match.parts.begin(), match.parts.end(), [&](const Strength& part) {
          return rows_.ingredients[index_of(part.ingredient)].base == base;
        });
    if (there) continue;
    Strength part{key, {}, {}};
    if (name.ingredients.size() == 1 && after + 1 < words.size() && words[after + 1].text == "mg") {
      part.value = number_in(words[after].text);
      part.unit = "mg";
    }
    match.parts.push_back(std::move(part));
  }
}

DrugNames::Match DrugNames::find(std::string_view text) const {
  Match match;
  const auto words = words_of(text);
  std::set<std::size_t> known, unknown;
  for (std::size_t at = 0; at < words.size();) {
    std::size_t taken = 0;
    if (match.route == Route::unknown) match.route = route_in(words[at].text);
    if (const Name* name = longest_at(words, at, taken)) {
      for (std::size_t i = at; i < at + taken; ++i) known.insert(words[i].component);
      add(*name, words, at + taken, match);
      at += taken;
    } else {
      if (!is_ordinary(words[at].text)) unknown.insert(words[at].component);
      ++at;
    }
  }
  match.complete = std::includes(known.begin(), known.end(), unknown.begin(), unknown.end());
  return match;
}

}  // namespace projections::knowledge
