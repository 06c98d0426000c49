#include "events/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/check.h"

namespace events {
namespace {

std::string_view without_outer_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto end = line.find('\t');
    fields.push_back(line.substr(0, end));
    if (end == line.npos) return fields;
    line.remove_prefix(end + 1);
  }
}

}  // namespace

Result<Table> Table::read(std::string_view name, std::string_view text) {
  Table table;
  for (std::size_t line_number = 1; !text.empty(); ++line_number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    auto fields = fields_of(line);
    if (table.columns_.empty()) {
      table.columns_ = std::move(fields);
      continue;
    }
    if (fields.size() != table.columns_.size()) {
      return invalid(fmt::format("table {}, line {}: {} fields, but {} columns", name, line_number,
                                 fields.size(), table.columns_.size()));
    }
    table.rows_.push_back(std::move(fields));
  }
  if (table.columns_.empty()) return invalid(fmt::format("table {}: is empty", name));
  return table;
}

std::string_view text_of_table(std::span<const TableText> tables, std::string_view name) {
  for (const auto& [file, text] : tables) {
    if (file.size() == name.size() + 4 && file.starts_with(name)) return text;
  }
  return {};
}

std::string_view Table::at(std::size_t row, std::string_view column) const {
  CHECK(std::find(columns_.begin(), columns_.end(), column) != columns_.end());
  return get(row, column);
}

std::string_view Table::get(std::size_t row, std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) return {};
  return rows_[row][static_cast<std::size_t>(found - columns_.begin())];
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!without_outer_spaces(text).empty()) {
    const auto end = text.find(separator);
    parts.push_back(without_outer_spaces(text.substr(0, end)));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parts;
}

}  // namespace events
