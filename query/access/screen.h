// GET /audit/screen?agent=&at=: what a user had been shown up to a moment, from the access log,
// with the documents of just those versions.
#pragma once

#include "query/access/audit_source.h"

namespace query::access {

// `audit` outlives the router.
void add_screen_route(ops::http::Router& router, const AuditSource& audit);

}  // namespace query::access
