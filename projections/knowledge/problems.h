// What is wrong with tables: all of it, not only the first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace projections::knowledge {

// Where a value stands: file, line (from 1) and column's name.
struct Place {
  std::string_view file;
  std::size_t line = 0;
  std::string_view column;
};

class Problems {
 public:
  // One line: `interactions.tsv:12 tier: "halt" is no tier; write stop, warn or note`.
  void add(const Place& place, std::string_view value, std::string_view remedy);

  bool empty() const { return lines_.empty(); }
  const std::vector<std::string>& lines() const { return lines_; }
  events::Error error() const;  // invalid; the lines, one below the other

 private:
  std::vector<std::string> lines_;
};

}  // namespace projections::knowledge
