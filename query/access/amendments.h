// GET /charts/{patient}/amendments: what was asked to be amended in a record, what was decided, by
// whom and when, what became of it (45 CFR 164.526).
#pragma once

#include "events/commit.h"
#include "query/read_context.h"

namespace query::access {

// All outlive the router.
void add_amendment_routes(ops::http::Router& router, const Sources& sources,
                          const events::Opener& opener);

}  // namespace query::access
