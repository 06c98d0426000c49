// Subscriptions in /metrics: how many are in which state, and what waits for delivery.
#pragma once

#include <prometheus/registry.h>

#include "query/subscriptions/hub.h"

namespace ops::node {

// Brings the registry's gauges up to what the hub says now. No subscriber is named: an endpoint's
// state is asked for with $status.
void show_subscriptions(const query::subscriptions::Hub& hub, prometheus::Registry& registry);

}  // namespace ops::node
