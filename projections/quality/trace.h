// Which resources an evaluation's retrieves returned, by the definition that asked for them.
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

  // What the evaluation of `definition` rests on, by way of others as well.
  std::unordered_set<const boost::json::value*> resources_of(std::size_t definition) const;
};

}  // namespace projections::quality
