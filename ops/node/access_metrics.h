// The access log in /metrics: what it has, what waits, what was refused or lost.
#pragma once

#include <prometheus/registry.h>

#include "events/access/access_log.h"
#include "projections/access/access_model.h"

namespace ops::node {

// Brings the registry's figures up to now.
void show_accesses(const events::access::AccessLog& log,
                   const projections::access::AccessModel& model, prometheus::Registry& registry);

}  // namespace ops::node
