// What the three histories share (R4, http.html#history): of a resource, of a type, of all.
#pragma once

#include <optional>

#include "events/clinical_time.h"
#include "ops/http/http.h"
#include "query/fhir/bundle.h"
#include "query/fhir/page.h"
#include "query/fhir/reader.h"

namespace query::fhir {

struct HistoryQuery {
  Page page;
  std::optional<events::KnownTime> since;  // versions made at it or later
  std::optional<events::ClinicalTime> at;  // versions that were current at some moment of it
};

// _since, _at, _count, what is shown of each resource, _cursor. invalid names the others.
Result<HistoryQuery> parse_history(const ops::http::Request& request);

// Whether _since and _at let the version through. A deletion is shown by its own time only: nothing
// was current after it.
Result<bool> shows(const HistoryQuery& query, const projections::ShardView& view,
                   const events::StreamKey& stream, events::ResourceType type, std::string_view id,
                   const projections::VersionRow& row);

// The version with its document; a deletion without.
Status add_version(Reader& reader, const events::StreamKey& stream, events::ResourceType type,
                   std::string_view id, const projections::VersionRow& row, BundleWriter& bundle);

}  // namespace query::fhir
