// POST /profiles: a package of definitions (a Bundle) for this node. GET /profiles: what is loaded.
#pragma once

#include "ingest/validation/profiles.h"
#include "ops/http/http.h"

namespace ingest::validation {

// `profiles` outlives the router. Errors are problem documents; 422 names what is wrong.
void add_profile_routes(ops::http::Router& router, Profiles& profiles);

}  // namespace ingest::validation
