#include "projections/knowledge/problems.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace projections::knowledge {

void Problems::add(const Place& place, std::string_view value, std::string_view remedy) {
  std::string where = std::string(place.file);
  if (place.line > 0) where += fmt::format(":{}", place.line);
  if (!place.column.empty()) where += fmt::format(" {}", place.column);
  lines_.push_back(fmt::format("{}: \"{}\" {}", where, value, remedy));
}

events::Error Problems::error() const {
  return events::invalid(fmt::format("{}", fmt::join(lines_, "\n")));
}

}  // namespace projections::knowledge
