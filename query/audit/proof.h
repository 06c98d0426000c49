// GET /audit/proof?patient= | event=<partition>:<offset> | commit=<id>: a bundle that
// ops/verify_proof.py checks without this node, this program or the log's secrets.
// GET /audit/checkpoints?since=&_count=: signed checkpoints, of all nodes of the log.
//
// {"format": "chartlog-proof/1", "position", "notice",
//  "key": the node's verifier key, "checkpoint": a signed note,
//  "records": [{"offset", "index", "append_time" (microseconds), "key", "value", "path"}],
//  "stream"?: {"stream" (hex), "name", "count", "head", "siblings", "met"?,
//              "commits": [{"commit", "offsets"}]}}       (bytes in base64 unless said)
#pragma once

#include "events/log/event_log.h"
#include "ops/http/http.h"
#include "projections/proof/notary.h"
#include "query/read_context.h"

namespace query::audit {

// All outlive the router. `checkpoints`: the side log.
void add_proof_routes(ops::http::Router& router, const Sources& sources,
                      projections::Notary& notary, events::EventLog& checkpoints);

}  // namespace query::audit
