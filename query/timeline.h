// GET /charts/{patient}/timeline: all types merged, newest first, page by page.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query {

// Parameters _count (50, at most 500) and _cursor, as `next` of the page before gave it. A
// resource that is recorded between two pages is on neither only if it sorts before the cursor.
// `sources` outlives the router.
void add_timeline_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query
