// GET /charts/{patient}: the whole chart in sections, newest first.
#pragma once

#include <memory>

#include "ops/http/http.h"
#include "query/knowledge_of.h"
#include "query/read_context.h"

namespace query {

// `sources` outlives the router.
void add_chart_routes(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge);

}  // namespace query
