// Writes the status that deliveries lead to into a Subscription, as any client would: a PUT
// through the routes, so that it is on the log and on every node.
#pragma once

#include "ops/http/http.h"
#include "projections/shards.h"
#include "query/subscriptions/hub.h"

namespace ops::node {

// Both outlive what comes back.
query::subscriptions::WriteState subscription_status_writer(const http::Router& router,
                                                            projections::Shards& shards);

}  // namespace ops::node
