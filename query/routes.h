// All routes of the reading side, in one list.
#pragma once

#include "ops/http/http.h"
#include "query/checks/checks.h"
#include "query/live.h"
#include "query/read_context.h"

namespace query {

// `sources`, what it names, `hub` and `checks` outlive the router.
void add_query_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub,
                      const checks::Checks& checks);

}  // namespace query
