// All routes of the reading side, in one list.
#pragma once

#include <memory>

#include "ops/http/http.h"
#include "projections/knowledge/knowledge.h"
#include "projections/prevention/facts.h"
#include "query/checks/checks.h"
#include "query/live.h"
#include "query/read_context.h"

namespace query {

// What answers conclude from besides rows; what it refers to outlives the router.
struct Conclusions {
  std::shared_ptr<const projections::knowledge::Knowledge> knowledge;
  const checks::Checks& checks;
  projections::PreventionRules prevention;
};

// `sources`, what it names, and `hub` outlive the router.
void add_query_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub,
                      const Conclusions& conclusions);

}  // namespace query
