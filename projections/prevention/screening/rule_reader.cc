#include "projections/prevention/screening/rule_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace projections::screening {
namespace {

using events::Result;
using events::Status;

Result<Day> read_day(std::string_view text) {
  const auto time = events::parse_clinical_time(text);
  if (!time || time->precision != events::TimePrecision::day) {
    return events::invalid(fmt::format("\"{}\" is not a day; write YYYY-MM-DD", text));
  }
  return immunization::recorded_date(*time).first;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

// Takes `word` off the front, with the spaces after it.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return true;
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  take(text, " ");
  return word;
}

// The first thing that is wrong with the row stops its reading.
class RuleReader {
 public:
  RuleReader(const Rules& rules, const Table& table, std::size_t row)
      : rules_(rules), table_(table), row_(row) {}

  Result<Rule> read() {
    Rule rule;
    rule.id = cell("id");
    rule.name = must("name");
    rule.grade = must("grade");
    rule.version = must("version");
    rule.source = {std::string(must("source")), std::string(must("url")),
                   std::string(must("dated")), std::string(must("read")),
                   std::string(must("checked"))};
    read_sex(rule);
    read_ages(rule);
    for (const auto part : split(cell("needs"), ';')) rule.needs.push_back(need(part));
    for (const auto part : split(cell("excludes"), ';')) rule.excludes.push_back(exclusion(part));
    for (const auto part : split(cell("satisfied_by"), ';')) {
      rule.satisfied_by.push_back(evidence(part));
    }
    rule.overdue_after = span(must("overdue_after"));
    read_validity(rule);
    if (!wrong_.empty()) return events::invalid(fmt::format("screening {}: {}", rule.id, wrong_));
    return rule;
  }

 private:
  void fail(std::string why) {
    if (wrong_.empty()) wrong_ = std::move(why);
  }
  std::string_view cell(std::string_view column) const { return table_.get(row_, column); }
  std::string_view must(std::string_view column) {
    if (cell(column).empty()) fail(fmt::format("no {}", column));
    return cell(column);
  }
  Span span(std::string_view text) {
    const auto read = immunization::parse_span(text);
    if (!read) fail(read.error().message);
    return read ? *read : Span{};
  }
  ListId list(std::string_view id) {
    const auto found = rules_.list(id);
    if (!found) fail(fmt::format("there is no code list {}", id));
    return found.value_or(ListId{});
  }

  void read_sex(Rule& rule) {
    const auto sex = cell("sex");
    if (sex == "female") rule.sex = Sex::female;
    if (sex == "male") rule.sex = Sex::male;
    if (!rule.sex && sex != "any") fail(fmt::format("\"{}\" is no sex; write any", sex));
  }

  // "40 to 74": until the day before the 75th birthday.
  void read_ages(Rule& rule) {
    auto text = cell("ages");
    const auto from = number_of<int>(take_word(text));
    const auto to = take(text, "to ") ? number_of<int>(text) : std::nullopt;
    if (!from || !to || *to < *from) return fail(fmt::format("ages \"{}\"", cell("ages")));
    rule.from.years = *from;
    rule.to.years = *to + 1;
  }

  // LIST once | LIST SPAN, each perhaps with `from SPAN`
  Evidence evidence(std::string_view text) {
    Evidence made;
    made.list = list(take_word(text));
    if (const auto from = text.find("from "); from != text.npos) {
      made.from_age = span(text.substr(from + 5));
      text = text.substr(0, from);
      while (text.ends_with(' ')) text.remove_suffix(1);
    }
    if (text != "once") made.holds = span(text);
    return made;
  }

  // LIST [+ LIST …] [active | SPAN]
  Exclusion exclusion(std::string_view text) {
    Exclusion made;
    made.all_of.push_back(list(take_word(text)));
    while (take(text, "+ ")) made.all_of.push_back(list(take_word(text)));
    made.while_active = take(text, "active");
    if (!text.empty()) made.holds = span(text);
    return made;
  }

  Need need(std::string_view text) {
    Need made;
    if (take(text, "unknown ")) {
      made.fact = text;
    } else if (take(text, "ever smoked")) {
      made.kind = NeedKind::ever_smoked;
    } else if (take(text, "smoked within ")) {
      made.kind = NeedKind::smoked_within;
      made.within = span(text);
    } else if (take(text, "any of ")) {
      made.kind = NeedKind::any_of;
      for (const auto one : split(text, ',')) made.lists.push_back(list(one));
    } else {
      made.kind = NeedKind::number_at_least;
      made.lists.push_back(list(take_word(text)));
      const auto least = take(text, ">= ") ? number_of<double>(text) : std::nullopt;
      if (!least) fail(fmt::format("needs \"{}\"", cell("needs")));
      made.least = least.value_or(0);
    }
    return made;
  }

  void read_validity(Rule& rule) {
    const auto day = [&](std::string_view text) -> std::optional<Day> {
      if (text.empty()) return std::nullopt;
      const auto read = read_day(text);
      if (!read) fail(read.error().message);
      return read ? std::optional(*read) : std::nullopt;
    };
    rule.effective = day(must("effective"));
    rule.ceased = day(cell("ceased"));
    day(rule.source.dated);
    if (rule.source.read != "not compared") day(rule.source.read);
  }

  const Rules& rules_;
  const Table& table_;
  const std::size_t row_;
  std::string wrong_;
};

Status read_lists(const Table& table, Rules& rules) {
  for (std::size_t row = 0; row < table.size(); ++row) {
    const auto id = table.get(row, "list"), system = table.get(row, "system");
    const auto codes = split(table.get(row, "codes"), ' ');
    for (const auto column : {"list", "name", "system", "codes", "source", "read"}) {
      if (table.get(row, column).empty()) {
        return events::invalid(fmt::format("code list {}: a row without {}", id, column));
      }
    }
    auto list = rules.list(id);
    if (!list) {
      list = ListId(rules.lists.size());
      rules.lists.push_back({std::string(id), std::string(table.get(row, "name"))});
    }
    for (const auto code : codes) {
      auto& lists = rules.by_code[fmt::format("{}|{}", system, code)];
      if (std::find(lists.begin(), lists.end(), *list) == lists.end()) lists.push_back(*list);
    }
  }
  return {};
}

Status name_lists(Rules& rules) {
  const std::pair<const char*, ListId*> names[] = {
      {"smokes_now", &rules.smokes_now},         {"smoked_before", &rules.smoked_before},
      {"never_smoked", &rules.never_smoked},     {"smoking_stopped", &rules.smoking_stopped},
      {"refusal_reason", &rules.refusal_reason}, {"medical_reason", &rules.medical_reason}};
  for (const auto& [name, into] : names) {
    const auto list = rules.list(name);
    if (!list) return events::invalid(fmt::format("there is no code list {}", name));
    *into = *list;
  }
  return {};
}

}  // namespace

Result<Rules> read_rules(std::string_view screenings, std::string_view code_lists) {
  Rules rules;
  rules.issuer = "USPSTF";
  const auto codes = Table::read("code_lists", code_lists);
  if (!codes) return codes.error();
  if (auto read = read_lists(*codes, rules); !read) return read.error();
  if (auto named = name_lists(rules); !named) return named.error();
  const auto table = Table::read("screenings", screenings);
  if (!table) return table.error();
  if (table->size() == 0) return events::invalid("there are no screenings");
  for (std::size_t row = 0; row < table->size(); ++row) {
    auto rule = RuleReader(rules, *table, row).read();
    if (!rule) return rule.error();
    rules.version = std::max(rules.version, rule->version);
    rules.rules.push_back(std::move(*rule));
  }
  return rules;
}

const Result<Rules>& shipped_rules() {
  static const auto read = read_rules(table_text("screenings"), table_text("code_lists"));
  return read;
}

}  // namespace projections::screening
