#include "query/reconciliation/routes.h"

#include "query/reconciliation/proposal_json.h"
#include "query/reconciliation/reconciliation_json.h"
#include "query/reconciliation/sign_route.h"

namespace query::reconciliation {

void add_reconciliation_routes(ops::http::Router& router, const Sources& sources,
                               KnowledgeOf knowledge, WriteFhir write) {
  add_proposal_routes(router, sources, knowledge);
  add_signed_routes(router, sources);
  add_sign_route(router, sources, std::move(knowledge), std::move(write));
}

}  // namespace query::reconciliation
