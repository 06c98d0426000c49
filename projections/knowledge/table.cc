#include "projections/knowledge/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "events/check.h"

namespace projections::knowledge {

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view Row::operator[](std::string_view column) const {
  return cells_[table_->column(column)];
}

Place Row::at(std::string_view column) const { return {table_->file(), line_, column}; }

Table::Table(const TableText& text, std::initializer_list<std::string_view> columns,
             Problems& problems)
    : file_(text.file), columns_(columns) {
  std::size_t number = 0;
  for (std::string_view line : split(text.text, "\n")) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') read_line(line, number, problems);
  }
  if (!header_read_) problems.add({file_, 0, {}}, "", "has no line of column names");
}

std::size_t Table::column(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  CHECK(found != columns_.end());
  return static_cast<std::size_t>(found - columns_.begin());
}

void Table::read_header(const std::vector<std::string_view>& cells, std::size_t number,
                        Problems& problems) {
  header_read_ = true;
  if (cells == columns_) return;
  problems.add(
      {file_, number, {}}, fmt::format("{}", fmt::join(cells, " ")),
      fmt::format("are not the columns, separated by tabs; write {}", fmt::join(columns_, " ")));
}

void Table::read_line(std::string_view line, std::size_t number, Problems& problems) {
  auto cells = split(line, "\t");
  if (!header_read_) return read_header(cells, number, problems);
  if (cells.size() != columns_.size()) {
    problems.add(
        {file_, number, {}}, line.substr(0, 40),
        fmt::format("has {} cells; write {}, separated by tabs", cells.size(), columns_.size()));
    return;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (trimmed(cells[i]) != cells[i])
      problems.add({file_, number, columns_[i]}, cells[i], "has spaces around it; remove them");
  }
  rows_.emplace_back(*this, number, std::move(cells));
}

}  // namespace projections::knowledge
