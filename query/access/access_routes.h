// GET /audit/access: who was shown what. GET /audit/processes: whether any of it is missing.
// GET /charts/{patient}/access: the same for the patient, in plain words.
#pragma once

#include "query/access/audit_source.h"

namespace query::access {

// `audit` outlives the router.
void add_access_routes(ops::http::Router& router, const AuditSource& audit);

}  // namespace query::access
