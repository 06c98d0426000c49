// GET /alerts/rates: how often alerts are shown, accepted and overridden, by rule, tier and reason,
// over all patients; and the same by tier for /metrics:
//
//   alert_outcomes{tier,outcome}   alerts on the record of this node, as they stand now
#pragma once

#include "query/checks/checks.h"

namespace query::checks {

// `sources` outlives the router.
void add_alert_rate_routes(ops::http::Router& router, const Sources& sources);

// Brings the registry's gauges up to what the rows say now. The cost follows rules and months.
void show_alert_outcomes(const Sources& sources, prometheus::Registry& registry);

}  // namespace query::checks
