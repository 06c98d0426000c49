#include "query/fhir/history.h"

#include <fmt/format.h>

#include "query/fhir/negotiation.h"
#include "query/returned.h"

namespace query::fhir {

using events::EventEffect;
using events::KnownTime;

Result<HistoryQuery> parse_history(const ops::http::Request& request) {
  HistoryQuery query;
  PageParser parser;
  QueryParameters used;
  for (const auto& [name, value] : request.query) {
    auto taken = parser.take(name, value);
    if (!taken) return taken.error();
    if (name == "_since") {
      const auto time = events::parse_instant(value);
      if (!time)
        return events::invalid(fmt::format("_since: {} (a + as %2B)", time.error().message));
      query.since = KnownTime(time->low);
    } else if (name == "_at") {
      auto time = events::parse_clinical_time(value);
      if (!time) return events::invalid(fmt::format("_at: {} (a + as %2B)", time.error().message));
      query.at = std::move(*time);
    } else if (!*taken && !is_lenient(request)) {
      return events::invalid(
          fmt::format("{}: not a parameter of _history here; known are _count, _since, _at", name));
    } else if (!*taken) {
      continue;
    }
    if (name != "_cursor") used.emplace_back(name, value);
  }
  if (query.since && query.at)
    return events::invalid("_at: not together with _since; leave one of them out");
  auto page = std::move(parser).finish(request.path, std::move(used));
  if (!page) return page.error();
  query.page = std::move(*page);
  return query;
}

Result<bool> shows(const HistoryQuery& query, const projections::ShardView& view,
                   const events::StreamKey& stream, events::ResourceType type, std::string_view id,
                   const projections::VersionRow& row) {
  if (query.since) return row.known_time >= *query.since;
  if (!query.at) return true;
  const KnownTime begin(query.at->low), end(query.at->high);
  if (row.known_time >= end) return false;
  if (row.known_time >= begin) return true;
  if (row.effect == EventEffect::deleted) return false;
  const auto next = view.version(stream, type, id, {row.version.value + 1});
  if (!next) return next.error();
  return !*next || (*next)->known_time > begin;
}

Status add_version(Reader& reader, const events::StreamKey& stream, events::ResourceType type,
                   std::string_view id, const projections::VersionRow& row, BundleWriter& bundle) {
  const bool deleted = row.effect == EventEffect::deleted;
  std::string document;
  if (!deleted) {
    auto opened = show_document(reader.sources(), stream, type, id, row);
    if (!opened) return opened.error();
    document = std::move(*opened);
  } else {
    note_version(reader.sources(), stream, type, id, row);
  }
  const bool first = row.effect == EventEffect::recorded;
  bundle.history(
      {events::type_name(type), id, row.version, row.known_time, deleted ? "DELETE" : "PUT",
       deleted ? "204 No Content"
       : first ? "201 Created"
               : "200 OK"},
      document);
  return {};
}

}  // namespace query::fhir
