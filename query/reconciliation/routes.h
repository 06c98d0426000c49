// Medication reconciliation: the lists side by side, what a person decides about each line, signed
// as one commit, and what has come since. Nothing here is clinically reviewed.
//
//   GET, POST /charts/{patient}/reconciliations/proposal
//   GET, POST /charts/{patient}/reconciliations
//   GET       /charts/{patient}/reconciliations/{reconciliation}
#pragma once

#include <functional>
#include <memory>

#include "ops/http/http.h"
#include "query/knowledge_of.h"
#include "query/read_context.h"

namespace query::reconciliation {

// This node's way in for FHIR requests; empty on a node that takes no writes.
using WriteFhir = std::function<ops::http::Response(ops::http::Request&)>;

// `sources` outlives the router.
void add_reconciliation_routes(ops::http::Router& router, const Sources& sources,
                               KnowledgeOf knowledge, WriteFhir write);

}  // namespace query::reconciliation
