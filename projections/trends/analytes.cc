#include "projections/trends/analytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "events/check.h"
#include "projections/coded.h"
#include "projections/trends/digits.h"
#include "projections/trends/table.h"

namespace projections::trends {
namespace {

using events::Result;
using events::Status;

constexpr int bridges_max = 2;  // meq/L to mg/dL goes over mol

// "113.12 g": a number and a unit.
Result<Unit> amount_of(std::string_view text) {
  const auto space = text.find(' ');
  const auto number = read_digits(text.substr(0, space));
  if (space == text.npos || !number || number->value <= 0) {
    return events::invalid(fmt::format("\"{}\" is not an amount; write 1 mol", text));
  }
  auto unit = parse_unit(text.substr(space + 1));
  if (!unit) return unit.error();
  unit->factor *= number->value;
  return unit;
}

Status read_bridge(std::string_view text, Analyte& analyte) {
  const auto sides = split(text, '=');
  if (sides.size() != 2) return events::invalid(fmt::format("\"{}\" is no equality", text));
  auto left = amount_of(sides[0]), right = amount_of(sides[1]);
  if (!left) return left.error();
  if (!right) return right.error();
  analyte.bridges.push_back({std::move(*left), std::move(*right)});
  return {};
}

// "% = 0.0915 mmol/mol + 2.15": to = factor from ± offset.
Status read_equation(std::string_view text, Analyte& analyte) {
  const auto words = split(text, ' ');
  const auto number = [](std::string_view word) {
    const auto digits = read_digits(word);
    return digits ? digits->value : 0;
  };
  if (words.size() != 6 || words[1] != "=" || (words[4] != "+" && words[4] != "-") ||
      number(words[2]) == 0) {
    return events::invalid(fmt::format("\"{}\" is no equation", text));
  }
  analyte.equations.push_back({std::string(words[0]), std::string(words[3]), number(words[2]),
                               number(words[5]) * (words[4] == "-" ? -1 : 1)});
  return {};
}

Status read_conversions(const Table& table, std::size_t row, Analyte& analyte) {
  if (const auto mass = table.at(row, "molar_mass"); !mass.empty()) {
    if (auto read = read_bridge(fmt::format("1 mol = {} g", mass), analyte); !read) return read;
  }
  for (const auto text : split(table.at(row, "bridges"), ';')) {
    if (auto read = read_bridge(text, analyte); !read) return read;
  }
  for (const auto text : split(table.at(row, "equations"), ';')) {
    if (auto read = read_equation(text, analyte); !read) return read;
  }
  for (const auto text : split(table.at(row, "spellings"), ';')) {
    const auto sides = split(text, '=');
    if (sides.size() != 2) return events::invalid(fmt::format("\"{}\" is no spelling", text));
    analyte.spellings.emplace(sides[0], sides[1]);
  }
  return check_unit(analyte, analyte.unit);
}

// `unit` with one power of the bridge's one side replaced by its other side.
Unit crossed(const Unit& unit, const Analyte::Bridge& bridge, int direction) {
  Unit result = unit;
  const auto gone = power_of(bridge.left.dimension, -direction);
  result.dimension =
      product_of(product_of(unit.dimension, gone), power_of(bridge.right.dimension, direction));
  const long double ratio = bridge.right.factor / bridge.left.factor;
  result.factor *= direction > 0 ? ratio : 1 / ratio;
  return result;
}

// `unit` as a unit of the dimension `wanted`, over as few bridges as possible.
std::optional<Unit> bridged(const Analyte& analyte, const Unit& unit, const Dimension& wanted,
                            int bridges_left) {
  if (unit.dimension == wanted) return unit;
  if (bridges_left == 0 || unit.shift != 0) return std::nullopt;
  for (const auto& bridge : analyte.bridges) {
    for (const int direction : {1, -1}) {
      const Unit next = crossed(unit, bridge, direction);
      if (next.dimension == wanted) return next;
    }
  }
  for (const auto& bridge : analyte.bridges) {
    for (const int direction : {1, -1}) {
      auto found = bridged(analyte, crossed(unit, bridge, direction), wanted, bridges_left - 1);
      if (found) return found;
    }
  }
  return std::nullopt;
}

Result<Converted> by_equation(const Analyte& analyte, const Digits& sent, std::string_view digits,
                              std::string_view from, std::string_view to) {
  const auto has = [&](std::string_view unit) {
    return std::any_of(analyte.equations.begin(), analyte.equations.end(),
                       [&](const auto& equation) { return equation.from == unit; });
  };
  if (has(from) && from == to) return Converted{std::string(digits), std::string(to), sent.value};
  for (const auto& [equation_to, equation_from, factor, offset] : analyte.equations) {
    if (equation_from != from || equation_to != to) continue;
    const long double value = factor * sent.value + offset;
    // As many decimals as the factor leaves of those sent, to the nearest power of ten.
    const int moved = static_cast<int>(std::lround(std::log10(factor)));
    return Converted{rounded(value, std::max(0, sent.decimals - moved)), std::string(to), value};
  }
  std::string units;
  for (const auto& equation : analyte.equations)
    units += (units.empty() ? "" : ", ") + equation.from;
  return events::invalid(fmt::format("{} converts between {} only, not from \"{}\" to \"{}\"",
                                     analyte.group, units, from, to));
}

}  // namespace

Result<Analytes> Analytes::read(const Table& table) {
  Analytes analytes;
  std::set<std::string_view> seen;
  for (std::size_t row = 0; row < table.size(); ++row) {
    Analyte analyte;
    analyte.group = table.at(row, "group");
    analyte.name = table.at(row, "name");
    analyte.unit = table.at(row, "unit");
    const auto wrong = [&](std::string_view why) {
      return events::invalid(fmt::format("analyte {}: {}", analyte.group, why));
    };
    for (const auto code : split(table.at(row, "codes"), ';')) {
      if (!seen.insert(code).second) return wrong(fmt::format("code {} is there twice", code));
      analyte.codes.emplace_back(code);
    }
    if (analyte.codes.empty()) return wrong("no codes");
    if (table.at(row, "source").empty()) return wrong("no source");
    if (auto read = read_conversions(table, row, analyte); !read)
      return wrong(read.error().message);
    analytes.all_.push_back(std::move(analyte));
  }
  return analytes;
}

const Analytes& Analytes::built_in() {
  static const Analytes analytes = [] {
    auto read_analytes = read(built_in_table("analytes"));
    CHECK(read_analytes.has_value());
    return std::move(*read_analytes);
  }();
  return analytes;
}

const Analyte* Analytes::of_group(std::string_view group) const {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const Analyte& analyte) { return analyte.group == group; });
  return found == all_.end() ? nullptr : &*found;
}

const Analyte* Analytes::of_code(std::string_view system, std::string_view code) const {
  if (system != loinc) return nullptr;
  for (const auto& analyte : all_) {
    for (const auto& one : analyte.codes) {
      if (one == code) return &analyte;
    }
  }
  return nullptr;
}

Result<Converted> convert(const Analyte* analyte, std::string_view digits, std::string_view from,
                          std::string_view to) {
  if (analyte != nullptr) {
    if (const auto meant = analyte->spellings.find(from); meant != analyte->spellings.end()) {
      from = meant->second;
    }
  }
  const auto sent = read_digits(digits);
  if (!sent) return events::invalid(fmt::format("\"{}\" is not a number", digits));
  if (analyte != nullptr && !analyte->equations.empty()) {
    return by_equation(*analyte, *sent, digits, from, to);
  }
  auto unit_from = parse_unit(from), unit_to = parse_unit(to);
  if (!unit_from) return unit_from.error();
  if (!unit_to) return unit_to.error();
  if (analyte != nullptr) {
    if (auto over = bridged(*analyte, *unit_from, unit_to->dimension, bridges_max)) {
      unit_from = std::move(*over);
    }
  }
  auto text = convert(digits, *unit_from, *unit_to);
  if (!text) return text.error();
  return Converted{std::move(*text), std::string(to),
                   convert_value(sent->value, *unit_from, *unit_to)};
}

Status check_unit(const Analyte& analyte, std::string_view unit) {
  if (const auto one = convert(&analyte, "1", analyte.unit, unit); !one) {
    return events::invalid(fmt::format("unit {}: {}; {} is kept in {}", unit, one.error().message,
                                       analyte.group, analyte.unit),
                           "unit");
  }
  return {};
}

}  // namespace projections::trends
