#include "projections/quality/trace.h"

namespace projections::quality {

std::unordered_set<const boost::json::value*> Trace::resources_of(std::size_t definition) const {
  std::unordered_set<const boost::json::value*> resources;
  std::unordered_set<std::size_t> seen{definition};
  std::vector<std::size_t> open{definition};
  while (!open.empty()) {
    const auto& asked = by_definition[open.back()];
    open.pop_back();
    resources.insert(asked.resources.begin(), asked.resources.end());
    for (const auto next : asked.definitions) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return resources;
}

}  // namespace projections::quality
