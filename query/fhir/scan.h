// Runs a search over the rows of one stream.
#pragma once

#include <string>
#include <vector>

#include "projections/shard.h"
#include "query/fhir/search_query.h"

namespace query::fhir {

struct Found {
  std::string key;  // its place in the order, as a cursor has it
  const projections::ShardView* view = nullptr;
  events::StreamKey stream;
  std::string id;
  events::Version version;
};

// Adds up over streams; the views outlive it.
struct Matches {
  std::vector<Found> found;  // those after the cursor
  std::uint64_t total = 0;   // all that match
  bool whole = true;         // the scans went to their ends: `total` is exact
};

// Resources of the query's type in `stream` that meet all criteria. In the chart's own
// order it stops once a page and one more are found, unless the total is wanted.
Status scan(const projections::ShardView& view, const events::StreamKey& stream,
            const SearchQuery& query, Matches& matches);

// In order, at most a page; true if there are more.
bool cut_to_page(const Page& page, Matches& matches);

}  // namespace query::fhir
