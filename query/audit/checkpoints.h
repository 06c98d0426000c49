// GET /audit/checkpoints?since=&_count=: the side log `checkpoints` from `since` on, a page at a
// time; without it the newest of each partition, of this node.
#pragma once

#include "events/log/event_log.h"
#include "ops/http/http.h"
#include "projections/proof/notary.h"
#include "query/read_context.h"

namespace query::audit {

void add_checkpoint_routes(ops::http::Router& router, const Sources& sources,
                           projections::Notary& notary, events::EventLog& checkpoints);

}  // namespace query::audit
