#include "query/names.h"

namespace query {

Names::Names(const Sources& sources)
    : directory_(sources.shards.shard_of(directory_stream_key(sources)).view(),
                 directory_stream_key(sources)) {}

const std::string& Names::of(events::ResourceType type, const std::string& id) {
  const auto [at, is_new] = seen_.try_emplace({type, id});
  if (!is_new) return at->second;
  // A name that cannot be read is left out: the answer's facts do not depend on it.
  if (const auto entry = directory_.find(type, id); entry && *entry) at->second = (*entry)->name;
  return at->second;
}

}  // namespace query
