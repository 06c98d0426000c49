#include "projections/knowledge/condition.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "projections/knowledge/table.h"

namespace projections::knowledge {
namespace {

constexpr std::array routes{"unknown",      "oral",        "sublingual", "injected", "inhaled",
                            "nasal",        "transdermal", "rectal",     "vaginal",  "implanted",
                            "intrauterine", "topical",     "ophthalmic", "otic",     "dental"};
constexpr std::array reactions{"unknown", "respiratory", "urticaria", "anaphylaxis", "other"};

struct Unit {
  std::string_view word;
  double factor;
};
struct Measured {
  std::string_view words;
  Measure measure;
  std::array<Unit, 3> units;
};
constexpr std::array measured{
    Measured{"total daily", Measure::total_daily_mg, {{{"mg", 1}, {"mcg", 0.001}, {"g", 1000}}}},
    Measured{"daily", Measure::daily_mg, {{{"mg", 1}, {"mcg", 0.001}, {"g", 1000}}}},
    Measured{"single", Measure::single_mg, {{{"mg", 1}, {"mcg", 0.001}, {"g", 1000}}}},
    Measured{"times a day", Measure::times_a_day, {{{"", 1}, {"", 1}, {"", 1}}}},
    Measured{"stopped", Measure::stopped_days, {{{"d", 1}, {"d", 1}, {"d", 1}}}},
    Measured{"together", Measure::together_days, {{{"d", 1}, {"d", 1}, {"d", 1}}}},
    Measured{"age", Measure::age_months, {{{"y", 12}, {"mo", 1}, {"mo", 1}}}},
    Measured{"egfr", Measure::egfr, {{{"", 1}, {"", 1}, {"", 1}}}},
    Measured{"weight", Measure::weight_kg, {{{"kg", 1}, {"kg", 1}, {"kg", 1}}}},
};

template <class Enum, std::size_t size>
std::optional<Enum> word_of(const std::array<const char*, size>& words, std::string_view word) {
  for (std::size_t i = 0; i < size; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  const auto rest = text.substr(word.size());
  if (!rest.empty() && rest.front() != ' ') return false;
  text = trimmed(rest);
  return true;
}

bool take_compare(std::string_view& text, Compare& compare) {
  if (take(text, "<=")) return compare = Compare::at_most, true;
  if (take(text, ">=")) return compare = Compare::at_least, true;
  if (take(text, "<")) return compare = Compare::less, true;
  if (take(text, ">")) return compare = Compare::more, true;
  return false;
}

bool take_number(std::string_view& text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
  return true;
}

bool take_measured(std::string_view text, Condition& condition) {
  for (const Measured& one : measured) {
    std::string_view rest = text;
    if (!take(rest, one.words) || !take_compare(rest, condition.compare) ||
        !take_number(rest, condition.value)) {
      continue;
    }
    for (const Unit& unit : one.units) {
      if (rest != unit.word) continue;
      condition.measure = one.measure;
      condition.value *= unit.factor;
      return true;
    }
  }
  return false;
}

bool take_word(std::string_view text, Condition& condition) {
  if (text == "pregnant") return condition.measure = Measure::pregnant, true;
  if (text == "local") return condition.measure = Measure::local, true;
  if (const auto route = route_of(text)) {
    condition.measure = Measure::route;
    condition.route = *route;
    return true;
  }
  if (take(text, "sex")) {
    condition.measure = Measure::sex;
    condition.sex = text == "female" ? Sex::female : Sex::male;
    return text == "female" || text == "male";
  }
  if (!take(text, "reaction")) return false;
  const auto reaction = reaction_of(text);
  condition.measure = Measure::reaction;
  condition.reaction = reaction.value_or(Reaction::unknown);
  return reaction.has_value();
}

}  // namespace

std::optional<Route> route_of(std::string_view word) { return word_of<Route>(routes, word); }
const char* to_string(Route route) { return routes[static_cast<std::size_t>(route)]; }
std::optional<Reaction> reaction_of(std::string_view word) {
  return word_of<Reaction>(reactions, word);
}
const char* to_string(Reaction reaction) { return reactions[static_cast<std::size_t>(reaction)]; }

bool Condition::holds(double number) const {
  switch (compare) {
    case Compare::is:
      return number == value;
    case Compare::less:
      return number < value;
    case Compare::at_most:
      return number <= value;
    case Compare::more:
      return number > value;
    case Compare::at_least:
      return number >= value;
  }
  return false;
}

events::Result<std::vector<Condition>> parse_conditions(std::string_view text) {
  std::vector<Condition> conditions;
  if (text.empty()) return conditions;
  for (std::string_view part : split(text, ";")) {
    std::string_view rest = trimmed(part);
    Condition condition;
    condition.negated = take(rest, "not");
    condition.second = take(rest, "second");
    if (!condition.second) take(rest, "first");
    if (!take_measured(rest, condition) && !take_word(rest, condition)) {
      return events::invalid(
          fmt::format("holds \"{}\", which is no condition; README.md lists them", trimmed(part)));
    }
    conditions.push_back(condition);
  }
  return conditions;
}

}  // namespace projections::knowledge
