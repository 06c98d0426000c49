#include "projections/knowledge/cache.h"

#include <algorithm>

namespace projections::knowledge {
namespace {
constexpr std::size_t kept_max = 4;  // a few megabytes each
}  // namespace

std::shared_ptr<const Knowledge> KnowledgeCache::find(std::string_view name) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.name == name; });
  if (found == kept_.end()) return nullptr;
  std::rotate(found, found + 1, kept_.end());
  return kept_.back().knowledge;
}

void KnowledgeCache::keep(std::string_view name, std::shared_ptr<const Knowledge> knowledge) {
  if (kept_.size() == kept_max) kept_.erase(kept_.begin());
  kept_.push_back({std::string(name), std::move(knowledge)});
}

}  // namespace projections::knowledge
