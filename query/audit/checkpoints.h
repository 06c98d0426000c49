// GET /audit/checkpoints?since=&_count=: the side log `checkpoints` from `since` on, a page at a
// time; without it the newest of each partition, of this node.
#pragma once

#include "events/log/event_log.h"
#include "ops/http/http.h"
#include "projections/proof/notary.h"
#include "query/read_context.h"

namespace query::audit {

struct CheckpointPage {
  std::vector<std::string> notes;  // signed
  events::Offset next;
};
// At most `count` of those from `since` on that there were when it was asked. A shorter page is one
// up to the end: unavailable if the log gives less for a while.
events::Result<CheckpointPage> read_checkpoints(events::EventLog& log, events::Offset since,
                                                std::size_t count);

void add_checkpoint_routes(ops::http::Router& router, const Sources& sources,
                           projections::Notary& notary, events::EventLog& checkpoints);

}  // namespace query::audit
