// Which resources an evaluation's retrieves returned, by the definition that asked for them, and
// which of them made a value that does not have them itself.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <unordered_set>
#include <vector>

namespace projections::quality {

struct Trace {
  struct Asked {
    std::unordered_set<const boost::json::value*> resources{};  // returned to it
    std::unordered_set<std::size_t> definitions{};              // it referred to
  };
  std::vector<Asked> by_definition{};  // by number; one more for what no definition asked for
  std::size_t current = 0;
  // Elements of what Exists and Count looked at, and what First, Last and SingletonFrom chose:
  // after all conditions, so these are why a definition is true.
  std::unordered_set<const boost::json::value*> decisive{};

  // What the evaluation of `definition` rests on, by way of others as well.
  std::unordered_set<const boost::json::value*> resources_of(std::size_t definition) const;
};

}  // namespace projections::quality
