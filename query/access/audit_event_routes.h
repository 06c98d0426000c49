// GET /fhir/AuditEvent and /fhir/AuditEvent/{id}: the access log as FHIR, read only.
#pragma once

#include "query/access/audit_source.h"

namespace query::access {

// `audit` outlives the router.
void add_audit_event_routes(ops::http::Router& router, const AuditSource& audit);

}  // namespace query::access
