#include "tests/projections/knowledge/shipped.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "projections/knowledge/table.h"
#include "tests/projections/knowledge/patient.h"

namespace projections::knowledge::test {

const Knowledge& shipped() { return *shipped_knowledge(); }

std::shared_ptr<const Knowledge> shipped_knowledge() {
  static const auto knowledge = [] {
    auto read = read_knowledge(shipped_tables());
    if (!read) {
      ADD_FAILURE() << read.error().message;
      std::abort();
    }
    return *read;
  }();
  return knowledge;
}

ChangedTables::ChangedTables() {
  for (const TableText& table : shipped_tables()) texts_.emplace(table.file, table.text);
}

events::Result<std::shared_ptr<const Knowledge>> ChangedTables::read() const {
  std::vector<TableText> tables;
  for (const auto& [file, text] : texts_) tables.push_back({file, text});
  return read_knowledge(tables);
}

std::size_t ChangedTables::next_line(const std::string& file) const {
  const auto& text = texts_.at(file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (std::string_view cell : split(line, "\t")) cells.emplace_back(cell);
  return cells;
}

namespace {

std::string line_of(const Card& card) {
  return fmt::format("{} {} {}", to_string(card.tier), to_string(card.kind), card.rule);
}

}  // namespace

std::vector<std::string> lines_of(const CheckResult& result) {
  std::vector<std::string> lines;
  for (const Card& card : result.cards) lines.push_back(line_of(card));
  return lines;
}

std::vector<std::string> lines_of(const CheckResult& result, CardKind kind) {
  std::vector<std::string> lines;
  for (const Card& card : result.cards) {
    if (card.kind == kind) lines.push_back(line_of(card));
  }
  return lines;
}

}  // namespace projections::knowledge::test
