// GET /charts/{patient}/medications/taking?drug=&on=: whether the patient was on a drug.
#pragma once

#include "ops/http/http.h"
#include "query/knowledge_of.h"
#include "query/read_context.h"

namespace query {

// `sources` outlives the router.
void add_taking_route(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge);

}  // namespace query
