// Orders that are about to be written, as a basket of drafts.
#pragma once

#include "events/order_check.h"
#include "query/checks/drafts.h"

namespace query::checks {

// `asker`: who orders where an order does not say it. Both a draft and what ends a recorded order
// are known by OrderToCheck::label and id; what comes beside them are the amendments.
events::Result<Basket> basket_of(const events::OrdersToCheck& orders, const std::string& asker,
                                 const PatientRead& read, const MedicationFinder& finder);

}  // namespace query::checks
