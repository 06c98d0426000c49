// A resource that a search may find, judged by its typed fields: do all criteria hold, and
// where does it stand in the order asked for.
#pragma once

#include <optional>
#include <string>

#include "projections/shard.h"
#include "query/fhir/search_query.h"

namespace events::schema {
struct Facts;
}

namespace projections::search {
struct Values;
}

namespace query::fhir {

// Borrowed from the row under a cursor: for the moment of a visit.
struct Candidate {
  const projections::ShardView& view;
  const events::StreamKey& stream;
  events::ResourceType type;
  const std::string& id;
  events::Version version;
  std::optional<events::Micros> time;  // the chart's
  const events::schema::Facts& facts;
  // meta.lastUpdated: only the version row knows it, read when asked.
  std::optional<events::KnownTime> known_time = {};
  Status status = {};  // of that reading

  events::KnownTime updated();
};

// `values` is room to work in, reused from one to the next.
bool meets_all(const SearchQuery& query, Candidate& candidate, projections::search::Values& values);
// Its place in the order, as a cursor has it.
std::string sort_key(const SearchQuery& query, Candidate& candidate,
                     projections::search::Values& values);

}  // namespace query::fhir
