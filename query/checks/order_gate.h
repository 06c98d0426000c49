// The gate: orders that are about to be written are checked like drafts, and one against which a
// card stops is refused unless it says why it is given all the same. A card that refused was shown,
// and is recorded so (alert_record.h); an order is refused whether or not that succeeds.
//
//   orders_gated_total{outcome}   passed, overridden (a stop with a reason), refused
#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "events/order_check.h"
#include "query/checks/alert_record.h"
#include "query/checks/checks.h"

namespace query::checks {

class OrderGate {
 public:
  // Both outlive this.
  OrderGate(const Sources& sources, const Checks& checks, WriteFhir write);

  // As ingest::fhir::CheckOrders. What is not known is not refused: without knowledge, or of a drug
  // that it does not know, orders pass.
  events::Result<std::vector<events::Error>> check(const ops::auth::Principal& asker,
                                                   std::string_view request_id,
                                                   const events::OrdersToCheck& orders);

 private:
  const Sources& sources_;
  const Checks& checks_;
  AlertRecord alerts_;
  prometheus::Family<prometheus::Counter>& gated_;
};

}  // namespace query::checks
