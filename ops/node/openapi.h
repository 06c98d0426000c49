// What this server answers, for programs (/openapi.json) and for people (/).
#pragma once

#include "ops/http/http.h"

namespace ops::node {

// Written from the routes that `router` has when it is asked.
void add_description_routes(http::Router& router);

}  // namespace ops::node
