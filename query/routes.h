// All routes of the reading side, in one list.
#pragma once

#include <functional>
#include <memory>

#include "ops/http/http.h"
#include "projections/prevention/facts.h"
#include "query/access/audit_source.h"
#include "query/checks/checks.h"
#include "query/knowledge_of.h"
#include "query/live.h"
#include "query/read_context.h"

namespace query {

// What answers conclude from besides rows; what it refers to outlives the router.
struct Conclusions {
  KnowledgeOf knowledge;
  const checks::Checks& checks;
  projections::PreventionRules prevention;
  // This node's own router, for answers that make something true: a request to /fhir with the
  // asker's principal. Empty on a node that takes no writes.
  std::function<ops::http::Response(ops::http::Request&)> write = {};
};

// Of the access log; `audit` outlives the router.
void add_audit_routes(ops::http::Router& router, const access::AuditSource& audit);

// `sources`, what it names, and `hub` outlive the router.
void add_query_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub,
                      const Conclusions& conclusions);

}  // namespace query
