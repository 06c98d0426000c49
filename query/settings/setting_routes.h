// GET /settings, GET /settings/{name}: which settings are in force, and from where on.
#pragma once

#include "query/read_context.h"

namespace query::settings {

// `sources` outlives the router.
void add_setting_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query::settings
