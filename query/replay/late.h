// GET /audit/late: how long after the time that they speak of resources were recorded, by type,
// site and author; what `chartlog replay --late` says, of a running node.
#pragma once

#include "query/read_context.h"

namespace query::replay {

// What is named outlives the router.
void add_late_route(ops::http::Router& router, const Sources& sources,
                    const events::Opener& opener);

}  // namespace query::replay
