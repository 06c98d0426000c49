// /measures: which quality measures are kept current, their rates by stratum and month, and the
// patients behind each figure. Not clinically reviewed.
#pragma once

#include "query/measures/context.h"

namespace query::measures {

// What `context` names outlives the router.
void add_measure_routes(ops::http::Router& router, const Context& context);

}  // namespace query::measures
