// History of a type and of all: what the log's accepted commits made, newest first.
//
// Newest is by the time that the log gave, then by partition, offset and place in the commit: an
// order that never changes, so a page goes on where the one before ended whatever is written
// meanwhile. A page looks at 50,000 events at most; one that found fewer than asked for may still
// have a `next` link.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query::fhir {

// GET /fhir/{type}/_history
ops::http::Response type_history(const Sources& sources, const ops::http::Request& request);
// GET /fhir/_history
ops::http::Response system_history(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
