#include "projections/knowledge/cache.h"

#include <algorithm>

namespace projections::knowledge {
namespace {
constexpr std::size_t kept_max = 6;  // a few megabytes each
}  // namespace

KnowledgeCache::Answer KnowledgeCache::get(std::string_view digest, const Bring& bring) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto* known = find(digest)) return *known;
  }
  const auto bytes = bring();  // from rows: not under the lock
  if (!bytes) return bytes.error();
  const std::lock_guard lock(mutex_);
  if (const auto* known = find(digest)) return *known;
  if (kept_.size() == kept_max) kept_.erase(kept_.begin());
  return kept_.emplace_back(Kept{std::string(digest), read_(*bytes)}).answer;
}

const KnowledgeCache::Answer* KnowledgeCache::find(std::string_view digest) {
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Kept& one) { return one.digest == digest; });
  if (found == kept_.end()) return nullptr;
  std::rotate(found, found + 1, kept_.end());
  return &kept_.back().answer;
}

}  // namespace projections::knowledge
