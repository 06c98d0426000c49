// GET /prevention/due: what is due soon, due or overdue on a day, of all patients.
#pragma once

#include "ops/http/http.h"
#include "projections/prevention/facts.h"
#include "query/read_context.h"

namespace query {

// on: today or a later day (UTC); _count: 50 items, at most 500; _cursor: `next` of the page
// before; item: one vaccine or screening only. Those that are due longest come first. `sources` and
// what `rules` names outlive the router.
void add_prevention_due_routes(ops::http::Router& router, const Sources& sources,
                               const projections::PreventionRules& rules);

}  // namespace query
