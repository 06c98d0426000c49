// All routes of the reading side, in one list.
#pragma once

#include <memory>

#include "ops/http/http.h"
#include "projections/knowledge/knowledge.h"
#include "query/live.h"
#include "query/read_context.h"

namespace query {

// `sources`, what it names, and `hub` outlive the router.
// Answers that conclude from drug knowledge do so from `knowledge`.
void add_query_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub,
                      std::shared_ptr<const projections::knowledge::Knowledge> knowledge);

}  // namespace query
