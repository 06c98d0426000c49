// GET /audit/recipients?resource=Type/id&version=: everyone, every export and every subscriber
// that received a version, for one that turned out wrong or in the wrong record.
#pragma once

#include "query/access/audit_source.h"

namespace query::access {

// `audit` outlives the router.
void add_recipient_route(ops::http::Router& router, const AuditSource& audit);

}  // namespace query::access
