// GET /audit/disclosures?patient=: the accounting of disclosures (45 CFR 164.528): date, recipient,
// what, purpose, six years back. Counted as disclosed: what exports wrote, subscribers and live
// listeners were sent, and what was shown to other sites than this node's. What was shown for
// treatment, payment or operations at the site itself is in /audit/access.
#pragma once

#include "query/access/audit_source.h"

namespace query::access {

// `audit` outlives the router.
void add_disclosure_routes(ops::http::Router& router, const AuditSource& audit);

}  // namespace query::access
