#include "query/names.h"

namespace query {

Names::Names(const Sources& sources)
    : directory_(sources.shards.shard_of(directory_stream_key(sources)).view(),
                 directory_stream_key(sources)) {}

const std::string& Names::of(events::ResourceType type, std::string_view id) {
  const auto seen = seen_.find(std::pair(type, id));
  if (seen != seen_.end()) return seen->second;
  auto& name = seen_[{type, std::string(id)}];
  // A name that cannot be read is left out: the answer's facts do not depend on it.
  if (const auto entry = directory_.find(type, id); entry && *entry) name = (*entry)->name;
  return name;
}

}  // namespace query
