// GET /audit/proof/consistency?partition=&from=<size>&to=<size>: that what was signed at one size
// is the beginning of what was signed at another, for who holds both checkpoints and not the log.
// Without `to` the tree of now, whose signed checkpoint is in the answer.
//
// {"format": "chartlog-consistency/1", "position", "notice", "key": the node's verifier key,
//  "origin": first line of the checkpoints, "from": {"size", "root"}, "to": {"size", "root"},
//  "path": hashes in the order of RFC 6962, "checkpoint"?: a signed note of `to`}
#pragma once

#include "ops/http/http.h"
#include "projections/proof/notary.h"
#include "query/read_context.h"

namespace query::audit {

// All outlive the router.
void add_consistency_route(ops::http::Router& router, const Sources& sources,
                           projections::Notary& notary);

}  // namespace query::audit
