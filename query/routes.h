// All routes of the reading side, in one list.
#pragma once

#include "ops/http/http.h"
#include "projections/prevention/facts.h"
#include "query/live.h"
#include "query/read_context.h"

namespace query {

// `sources`, `prevention`'s schedule and rules, and `hub` outlive the router.
void add_query_routes(ops::http::Router& router, const Sources& sources,
                      const projections::PreventionRules& prevention, LiveHub& hub);

}  // namespace query
