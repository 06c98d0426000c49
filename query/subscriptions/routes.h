// The operations of subscriptions, and the topics there are:
//
//   GET  /fhir/Subscription/$status?id=&status=        GET /fhir/Subscription/{id}/$status
//   GET  /fhir/Subscription/{id}/$events?eventsSinceNumber=&eventsUntilNumber=&content=
//   POST /fhir/Subscription/{id}/$resend?eventsSinceNumber=
//   GET  /fhir/Subscription/$get-ws-binding-token?ids=  and of one; also POST
//   GET  /subscriptions/socket                          the WebSocket
//   GET  /fhir/SubscriptionTopic                       GET /fhir/SubscriptionTopic/{id}
//
// Subscriptions themselves are written and read as any resource.
#pragma once

#include "query/subscriptions/hub.h"

namespace query::subscriptions {

// All outlive the router.
void add_subscription_routes(ops::http::Router& router, const Sources& sources, Hub& hub);

}  // namespace query::subscriptions
