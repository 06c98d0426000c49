// GET /commits/{id}: what became of a commit.
#pragma once

#include "ingest/intake.h"
#include "ops/http/http.h"

namespace ingest {

// {"commit", "state": accepted | refused | cancelled | pending | unknown, and once judged
// "position", "knownTime", "events": [{"type", "id", "version", "effect"}], "refusal"}.
// `unknown`: no node of this log has judged it, and this one does not send it.
// `intake` and `lookup`, which says whose record it was, outlive the router.
void add_commit_routes(ops::http::Router& router, const Intake& intake,
                       const events::Lookup& lookup, const events::LogId& log);

}  // namespace ingest
