// What this server answers, for programs (/openapi.json) and for people (/).
#pragma once

#include "ops/http/http.h"

namespace ops::node {

void add_description_routes(http::Router& router);

}  // namespace ops::node
