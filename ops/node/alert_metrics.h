// Alerts in /metrics, as the shards' rows count them: alerts_raised{tier,kind} and
// alerts_in_force{tier,kind}. They are gauges: a patient who is erased takes theirs along.
#pragma once

#include <prometheus/registry.h>

#include "projections/shards.h"

namespace ops::node {

// Brings the registry up to what the rows say now. A shard that cannot be read is left out.
void show_alerts(const projections::Shards& shards, prometheus::Registry& registry);

}  // namespace ops::node
