// Finds what a search matches: in the streams that it names, else in the index over all
// patients; and keeps of it one page.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "query/fhir/candidate.h"
#include "query/fhir/reader.h"

namespace query::fhir {

struct Found {
  std::string key;  // its place in the order, as a cursor has it
  const projections::ShardView* view = nullptr;
  events::StreamKey stream;
  std::string id;
  events::Version version;
};

// What a page is made of; the views outlive it.
struct Matches {
  std::vector<Found> found;  // those after the cursor, at most a page and one more
  std::uint64_t total = 0;   // all that match
  bool whole = true;         // all were looked at: `total` is exact
};

// Called for each resource that meets all criteria. False: nothing that comes later in this
// scan is wanted.
using Visit = std::function<bool(Candidate& match)>;

// Where a scan may begin, if it visits in the chart's order (newest first, then by id): at
// the row of this sort key or later.
using Start = std::optional<std::string>;

// Resources of the query's type in one stream, in the chart's order.
Status scan_stream(const projections::ShardView& view, const events::StreamKey& stream,
                   const SearchQuery& query, const Start& start, const Visit& visit);

// Resources of all streams but the directory, in the chart's order, by the rows of the most
// selective criterion that has any. Memory does not grow with what it passes.
Status scan_index(Reader& reader, const SearchQuery& query, const Start& start, const Visit& visit);

// All of the query's matches: in the streams it leads to, else by the index. Each scan is in
// the chart's order, several streams come one after the other.
Status scan_all(Reader& reader, SearchQuery& query, const Start& start, const Visit& visit);

// The page that the query asks for and one more, in no order.
Result<Matches> find_page(Reader& reader, SearchQuery& query);

// In order, at most a page; true if there are more.
bool cut_to_page(const Page& page, Matches& matches);

}  // namespace query::fhir
