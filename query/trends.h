// GET /charts/{patient}/trends?code=: the values of one or several codes over time.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query {

// code: `system|code` or `code`, several with commas (an analyte may have several); a part of
// a panel by its own code, such as 8480-6. _count: 500, at most 5000. Values are as sent:
// units are not converted, a comparator makes a bound.
// `sources` outlives the router.
void add_trend_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query
