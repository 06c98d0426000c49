#include "projections/trends/rules.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "events/check.h"
#include "projections/trends/digits.h"
#include "projections/trends/table.h"

namespace projections::trends {
namespace {

struct KindName {
  std::string_view name;
  Rule::Kind kind;
};
constexpr std::array kinds = {
    KindName{"rise", Rule::Kind::rise},
    KindName{"ratio", Rule::Kind::ratio},
    KindName{"fall", Rule::Kind::fall},
    KindName{"percent_fall", Rule::Kind::percent_fall},
    KindName{"slope_fall", Rule::Kind::slope_fall},
    KindName{"category_fall", Rule::Kind::category_fall},
    KindName{"crossing", Rule::Kind::crossing},
};

Status read_kind(std::string_view text, Rule& rule) {
  for (const auto& [name, kind] : kinds) {
    if (name == text) {
      rule.kind = kind;
      return {};
    }
  }
  return events::invalid(fmt::format("\"{}\" is no kind of rule", text));
}

// "0.3 mg/dL; 26.5 umol/L": KDIGO means the same by both; the least of them, in the axis' unit.
Status read_threshold(std::string_view text, Rule& rule) {
  const auto* analyte = Analytes::built_in().of_group(rule.group);
  for (const auto one : split(text, ';')) {
    const auto words = split(one, ' ');
    const auto number = words.size() == 2 ? read_digits(words[0]) : std::nullopt;
    if (!number) return events::invalid(fmt::format("\"{}\" is no threshold", one));
    long double value = number->value;
    if (rule.unit.empty()) {
      rule.unit = words[1];
    } else {
      const auto same = convert(analyte, words[0], words[1], rule.unit);
      if (!same) return same.error();
      value = same->value;
    }
    rule.threshold = rule.threshold == 0 ? value : std::min(rule.threshold, value);
  }
  if (rule.threshold <= 0) return events::invalid("no threshold");
  return {};
}

Status read_hours(std::string_view text, events::Micros& into) {
  if (text.empty()) return {};
  const auto hours = read_digits(text);
  if (!hours) return events::invalid(fmt::format("\"{}\" are no hours", text));
  into = std::chrono::hours(static_cast<int>(hours->value));
  return {};
}

}  // namespace

Result<std::vector<Rule>> read_rules(const Table& table) {
  std::vector<Rule> all;
  for (std::size_t row = 0; row < table.size(); ++row) {
    Rule rule;
    rule.id = table.at(row, "id");
    rule.group = table.at(row, "group");
    rule.adults_only = table.at(row, "who") == "adult";
    rule.claim = table.at(row, "claim");
    rule.source = table.at(row, "source");
    rule.section = table.at(row, "section");
    rule.read = table.at(row, "read");
    const auto wrong = [&](std::string_view why) {
      return events::invalid(fmt::format("rule {}: {}", rule.id, why));
    };
    for (const auto* told : {&rule.claim, &rule.source, &rule.section, &rule.read}) {
      if (told->empty()) return wrong("no claim, source, section or read date");
    }
    for (const auto& read :
         {read_kind(table.at(row, "kind"), rule), read_threshold(table.at(row, "threshold"), rule),
          read_hours(table.at(row, "from"), rule.from), read_hours(table.at(row, "to"), rule.to)}) {
      if (!read) return wrong(read.error().message);
    }
    all.push_back(std::move(rule));
  }
  return all;
}

const std::vector<Rule>& rules() {
  static const auto all = [] {
    auto read = read_rules(built_in_table("rules"));
    CHECK(read.has_value());
    return std::move(*read);
  }();
  return all;
}

int gfr_category(long double egfr) {
  constexpr std::array<long long, 5> least = {90, 60, 45, 30, 15};
  const long long whole = std::llround(egfr);
  int category = 1;
  for (const auto bound : least) category += whole < bound ? 1 : 0;
  return category;
}

}  // namespace projections::trends
