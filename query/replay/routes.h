// GET /audit/replay: the events of a record, a span, a kind, an actor, as NDJSON.
#pragma once

#include "events/commit.h"
#include "ops/auth/access.h"
#include "query/read_context.h"

namespace query::replay {

// All outlive the router. Two replays run at once: each takes a worker's thread as long. `record`:
// each chunk is on the access log's way before it is sent.
void add_replay_routes(ops::http::Router& router, const Sources& sources,
                       const events::Opener& opener, ops::auth::RecordAccess record = {});

}  // namespace query::replay
