// The rules' data: tab-separated text that ships in the program (tables/*.tsv). `#` begins a
// comment line, the first other line names the columns, every row has all of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace projections::screening {

// The files of tables/, put into the program by ops/build/embedded_files.cmake.
struct EmbeddedTable {
  std::string_view file, text;
};
std::span<const EmbeddedTable> embedded_tables();
// The text of tables/<name>.tsv; empty for no such table. Lives as long as the program.
std::string_view table_text(std::string_view name);

// Views into the text it was read from.
class Table {
 public:
  // invalid: names the line and what is wrong with it.
  static events::Result<Table> read(std::string_view name, std::string_view text);

  std::size_t size() const { return rows_.size(); }
  // Empty for a column that is not there: what a row must have, its reader asks for.
  std::string_view at(std::size_t row, std::string_view column) const;

 private:
  std::vector<std::string_view> columns_;
  std::vector<std::vector<std::string_view>> rows_;
};

// The parts of `text` between `separator`s, without spaces around; none for an empty text.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace projections::screening
