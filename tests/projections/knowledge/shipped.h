// The tables in the program, read once for all tests; and small sets of tables.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "projections/knowledge/reader.h"

namespace projections::knowledge::test {

// Fails the test program if the tables do not read.
const Knowledge& shipped();
std::shared_ptr<const Knowledge> shipped_knowledge();

// The shipped tables with some replaced or changed, as texts that can be read.
class ChangedTables {
 public:
  ChangedTables();
  std::string& operator[](const std::string& file) { return texts_.at(file); }
  void remove(const std::string& file) { texts_.erase(file); }
  void add(const std::string& file, std::string text) { texts_[file] = std::move(text); }
  events::Result<std::shared_ptr<const Knowledge>> read() const;
  // The line (from 1) that `text` will have when it is appended.
  std::size_t next_line(const std::string& file) const;

 private:
  std::map<std::string, std::string> texts_;
};

std::vector<std::string> cells_of(std::string_view line);

}  // namespace projections::knowledge::test
