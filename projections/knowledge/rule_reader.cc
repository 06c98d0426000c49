// The tables of rules.
#include <fmt/format.h>

#include "projections/knowledge/row_reader.h"

namespace projections::knowledge {
namespace {

// What check() looks at for a rule of this kind; anything else would be passed over.
bool is_judged(const Condition& condition, RuleKind kind) {
  const bool of_dose_or_route = condition.measure <= Measure::times_a_day ||
                                condition.measure == Measure::route ||
                                condition.measure == Measure::local;
  const bool of_two =
      condition.measure == Measure::stopped_days || condition.measure == Measure::together_days;
  const bool of_reaction = condition.measure == Measure::reaction;
  switch (kind) {
    case RuleKind::interaction:
      return of_dose_or_route || of_two;
    case RuleKind::allergy:
      return of_reaction && !condition.second;
    case RuleKind::caution:
      return !of_two && !of_reaction && !condition.second;
    default:
      return false;
  }
}

}  // namespace

const char* to_string(Tier tier) {
  constexpr const char* words[] = {"note", "warn", "stop"};
  return words[static_cast<std::size_t>(tier)];
}

std::optional<Tier> tier_of(std::string_view word) {
  if (word == "note") return Tier::note;
  if (word == "warn") return Tier::warn;
  if (word == "stop") return Tier::stop;
  return std::nullopt;
}

std::optional<Subject> RowReader::subject(const Place& place, std::string_view text,
                                          bool any_allowed) {
  Subject subject;
  if (text == "*" && any_allowed) return subject;
  if (text.starts_with('@')) {
    const auto key = group(place, text.substr(1));
    if (!key) return std::nullopt;
    subject.kind = Subject::Kind::group;
    subject.group = *key;
    return subject;
  }
  const auto space = text.find(' ');
  if (space == std::string_view::npos) {
    problems_.add(place, text, "names no drug; write an RxCUI and its name, or @ and a class");
    return std::nullopt;
  }
  const auto key = base_ingredient(place, text.substr(0, space), text.substr(space + 1));
  if (!key) return std::nullopt;
  subject.kind = Subject::Kind::ingredient;
  subject.ingredient = *key;
  return subject;
}

bool RowReader::provenance(const Row& row, Rule& rule) {
  const auto from = source(row);
  const auto tier = tier_of(row["tier"]);
  if (!tier) problems_.add(row.at("tier"), row["tier"], "is no tier; write stop, warn or note");
  read_day(row);
  if (!filled(row, "id") || !filled(row, "section") || !from || !tier) return false;
  if (!rule_ids_.emplace(row["id"]).second) {
    problems_.add(row.at("id"), row["id"], "is there twice; ids are used once");
    return false;
  }
  rule.id = row["id"];
  rule.tier = *tier;
  rule.source = *from;
  rule.section = row["section"];
  rule.read = row["read"];
  return true;
}

bool RowReader::conditions(const Row& row, Rule& rule) {
  auto parsed = parse_conditions(row["when"]);
  if (!parsed) {
    problems_.add(row.at("when"), row["when"], parsed.error().message);
    return false;
  }
  for (const Condition& condition : *parsed) {
    if (is_judged(condition, rule.kind)) continue;
    problems_.add(row.at("when"), row["when"],
                  "holds a condition that this table cannot have; README.md says which can");
    return false;
  }
  rule.when = row["when"];
  rule.conditions = std::move(*parsed);
  return true;
}

bool RowReader::subjects(const Row& row, Rule& rule) {
  const auto read = [&](const char* column, bool any_allowed, Subject& into) {
    const auto found = subject(row.at(column), row[column], any_allowed);
    if (found) into = *found;
    return found.has_value();
  };
  // Both are read whatever the first says: each problem of a row is told.
  const auto both = [&](const char* first, const char* second, bool any_allowed) {
    const bool one = read(first, any_allowed, rule.first);
    return read(second, any_allowed, rule.second) && one;
  };
  switch (rule.kind) {
    case RuleKind::interaction:
    case RuleKind::listed_pair:
      return both("first", "second", false);
    case RuleKind::allergy:
      return both("allergy", "order", true);
    case RuleKind::duplicate:
      return read("scope", true, rule.first);
    case RuleKind::caution:
      return read("subject", false, rule.first);
  }
  return false;
}

void RowReader::rules(const Table& table, RuleKind kind) {
  for (const Row& row : table.rows()) {
    Rule rule;
    rule.kind = kind;
    bool good = provenance(row, rule);
    good = subjects(row, rule) && good;
    if (kind == RuleKind::listed_pair) {
      good = good && filled(row, "severity");
      rule.topic = row["severity"];
    } else {
      good = filled(row, "claim") && good;
      good = (kind == RuleKind::duplicate || conditions(row, rule)) && good;
      rule.claim = row["claim"];
    }
    if (kind == RuleKind::duplicate) {
      const auto ordinary = whole_number(row.at("ordinary"), row["ordinary"]);
      good = good && ordinary;
      rule.ordinary = ordinary.value_or(0);
    }
    if (kind == RuleKind::caution) {
      good = filled(row, "kind") && good;
      rule.topic = row["kind"];
    }
    if (!good) continue;
    if (kind == RuleKind::listed_pair) {
      rule.claim =
          fmt::format("{} lists {} with {} as a {} interaction, without conditions.",
                      rows_.sources[rule.source].issuer,
                      rows_.ingredients[index_of(rule.first.ingredient)].name,
                      rows_.ingredients[index_of(rule.second.ingredient)].name, rule.topic);
    }
    rows_.rules.push_back(std::move(rule));
  }
}

}  // namespace projections::knowledge
