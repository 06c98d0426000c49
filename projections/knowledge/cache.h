// Knowledge by a name (a digest of what it is read from), kept while it is in use: 16 shards that
// judge by the same read it once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"
#include "projections/knowledge/knowledge.h"

namespace projections::knowledge {

// Keeps the few that were asked for last. Safe from any thread; who comes second waits.
class KnowledgeCache {
 public:
  // `read` is called where the name is not kept; what fails is not kept.
  template <class Read>
  events::Result<std::shared_ptr<const Knowledge>> get(std::string_view name, Read read) {
    const std::lock_guard lock(mutex_);
    if (auto kept = find(name)) return kept;
    events::Result<std::shared_ptr<const Knowledge>> made = read();
    if (made) keep(name, *made);
    return made;
  }

 private:
  struct Kept {
    std::string name;
    std::shared_ptr<const Knowledge> knowledge;
  };
  std::shared_ptr<const Knowledge> find(std::string_view name);
  void keep(std::string_view name, std::shared_ptr<const Knowledge> knowledge);

  // Guarded by mutex_.
  std::mutex mutex_;
  std::vector<Kept> kept_;  // asked for last, last
};

}  // namespace projections::knowledge
