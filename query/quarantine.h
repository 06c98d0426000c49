// GET /quarantine: patients that a projection could not follow, and records that nobody can read,
// each with its reason. For who runs the node.
#pragma once

#include "query/read_context.h"

namespace query {

// `sources` outlives the router.
void add_quarantine_route(ops::http::Router& router, const Sources& sources);

}  // namespace query
