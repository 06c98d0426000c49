// All routes of the reading side, in one list.
#pragma once

#include "ops/http/http.h"
#include "query/live.h"
#include "query/read_context.h"

namespace query {

// `sources`, what it names, and `hub` outlive the router.
void add_query_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub);

}  // namespace query
