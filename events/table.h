// Data that ships in the program as tab-separated text: `#` begins a comment line, the first other
// line names the columns, every row has all of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace events {

// A file as ops/build/embedded_files.cmake puts it into the program.
struct TableText {
  std::string_view file;  // "screenings.tsv"
  std::string_view text;
};
// The text of `<name>.tsv`; empty if it is not among them.
std::string_view text_of_table(std::span<const TableText> tables, std::string_view name);

// Views into the text it was read from.
class Table {
 public:
  // invalid: names the line and what is wrong with it.
  static Result<Table> read(std::string_view name, std::string_view text);

  std::size_t size() const { return rows_.size(); }
  const std::vector<std::string_view>& columns() const { return columns_; }
  // The column must be there.
  std::string_view at(std::size_t row, std::string_view column) const;
  // Empty for a column that is not there: of tables whose reader says what a row must have.
  std::string_view get(std::size_t row, std::string_view column) const;

 private:
  std::vector<std::string_view> columns_;
  std::vector<std::vector<std::string_view>> rows_;
};

// The parts of `text` between `separator`s, without spaces around; none for an empty text.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace events
