// Finds what was changed lately by the log's own order: what a client that polls with
// `_lastUpdated=ge…` asks costs what has changed since, not what there is.
#pragma once

#include "query/fhir/scan.h"

namespace query::fhir {

// More events since than this, of whatever type, and the index is read instead.
inline constexpr std::size_t recent_events_max = 50'000;

// Visits all matches, in no order, if a criterion on `_lastUpdated` leaves few enough
// changes to look at; else false, and nothing was visited.
Result<bool> scan_recent(Reader& reader, const SearchQuery& query, const Visit& visit);

// The first offset whose commits may be as young: known times rise with offsets.
Result<events::Offset> first_since(const projections::ShardView& view, events::KnownTime oldest);

}  // namespace query::fhir
