// GET /charts/{patient}/trends: values of one or several analytes over time and what they say
// together; without `code` and `derived` which series there are.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query {

// code: `system|code`, `code` or `group:name`, several with commas; a part of a panel by its own
// code, such as 8480-6. Values of one analyte are joined over the codes that were asked. unit:
// UCUM, in which they are shown beside what was sent. bucket: day, month, year. derived: bmi,
// egfr, growth. _count: 500 values, at most 5000; slopes and the like are of the values answered.
// `sources` outlives the router.
void add_trend_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query
