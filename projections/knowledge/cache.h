// Knowledge by the digest of what it is read from, kept while it is in use: shards and readers that
// judge by the same read it once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"
#include "projections/knowledge/knowledge.h"

namespace projections::knowledge {

// Keeps the few that were asked for last, also that one cannot be read: it would be so the next
// time. Safe from any thread.
class KnowledgeCache {
 public:
  using Answer = events::Result<std::shared_ptr<const Knowledge>>;
  using Bring = std::function<events::Result<std::string>()>;
  using Read = std::function<Answer(std::string_view)>;

  explicit KnowledgeCache(Read read) : read_(std::move(read)) {}

  // `bring` gives the bytes where the digest is not known; that it cannot is not kept. Of many who
  // come at once one reads, the others wait for it.
  Answer get(std::string_view digest, const Bring& bring);

 private:
  struct Kept {
    std::string digest;
    Answer answer;
  };
  const Answer* find(std::string_view digest);

  const Read read_;
  // Guarded by mutex_.
  std::mutex mutex_;
  std::vector<Kept> kept_;  // asked for last, last
};

}  // namespace projections::knowledge
