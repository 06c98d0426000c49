// One table as text: tab separated, a line of column names first, lines with # are
// comments. The text outlives the table.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/knowledge/problems.h"
#include "projections/knowledge/shipped_tables.h"

namespace projections::knowledge {

class Table;

class Row {
 public:
  Row(const Table& table, std::size_t line, std::vector<std::string_view> cells)
      : table_(&table), line_(line), cells_(std::move(cells)) {}

  std::string_view operator[](std::string_view column) const;  // a column the table was opened with
  Place at(std::string_view column) const;
  const std::vector<std::string_view>& cells() const { return cells_; }

 private:
  const Table* table_;
  std::size_t line_;
  std::vector<std::string_view> cells_;
};

// Rows point to their table, which therefore stays where it is.
class Table {
 public:
  // A wrong header, a row with too few or too many cells and a cell with spaces around
  // it are problems; rows that can be read are kept.
  Table(const TableText& text, std::initializer_list<std::string_view> columns, Problems& problems);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  std::string_view file() const { return file_; }
  std::span<const Row> rows() const { return rows_; }
  std::size_t column(std::string_view name) const;

 private:
  void read_line(std::string_view line, std::size_t number, Problems& problems);
  void read_header(const std::vector<std::string_view>& cells, std::size_t number,
                   Problems& problems);

  std::string_view file_;
  std::vector<std::string_view> columns_;
  bool header_read_ = false;
  std::vector<Row> rows_;
};

std::vector<std::string_view> split(std::string_view text, std::string_view separator);
std::string_view trimmed(std::string_view text);

}  // namespace projections::knowledge
