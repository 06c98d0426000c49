// GET /quarantine: patients that a projection could not follow, and records that nobody can read,
// each with its reason. POST /quarantine/retry: one of those patients is folded again. For who runs
// the node.
#pragma once

#include "query/read_context.h"

namespace query {

// `sources` outlives the router.
void add_quarantine_route(ops::http::Router& router, const Sources& sources);
// Answers what became of it: complete, or still parked and why. Records that nobody can read are
// not tried again: what one did decides what came after it, so only a rebuild reads it, in its
// place.
void add_quarantine_retry_route(ops::http::Router& router, const Sources& sources);

}  // namespace query
