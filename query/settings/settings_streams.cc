#include "query/settings/settings_streams.h"

#include "events/settings_streams.h"

namespace query::settings {

std::vector<events::StreamKey> settings_stream_keys(const Sources& sources) {
  std::vector<events::StreamKey> keys;
  for (const auto& name : events::settings_streams(sources.log_secret, sources.shards.count()))
    keys.push_back(events::stream_key(sources.log_secret, name));
  return keys;
}

}  // namespace query::settings
