// GET /charts/{patient}/alerts and GET /alerts: what the fold of the log found wrong with lists of
// drugs, whoever recorded them. Nothing here is clinically reviewed, and each answer says so.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query {

// Of a patient: in force (stop, warn, note), then ended ones, the newest `ended_count` (50, at most
// 500). Of all: in force, newest first; tier, since (a day of UTC or an instant), _count (50, at
// most 500), _cursor. `sources` outlives the router.
void add_alert_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query
