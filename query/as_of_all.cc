#include "query/as_of_all.h"

#include <algorithm>

namespace query {

using events::KnownTime;
using events::Result;

Result<std::unique_ptr<Past>> read_past_of_all(const Sources& sources,
                                               const ops::http::Request& request) {
  auto past = read_past(sources, request, "asOf");
  if (!past || *past == nullptr) return past;
  if (auto possible = (*past)->look_over_all(); !possible)
    return events::invalid("asOf: " + possible.error().message, "asOf");
  return past;
}

void write_past_of_all(const Past& past, const events::PositionToken& position, JsonWriter& json) {
  std::optional<KnownTime> newest;
  for (std::uint32_t i = 0; i < past.shards().count(); ++i)
    newest = std::max(newest, past.shards().moment({i}).newest);
  json.key("as_of").begin_object().member("asked", past.as_of().asked);
  json.member("position", position.text());
  if (newest) json.member("newest", events::format_instant(*newest));
  json.member("provisional", past.shards().provisional()).end_object();
}

}  // namespace query
