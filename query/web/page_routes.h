// The pages for people: one HTML page for all their addresses, whose script reads the address,
// and that script and style at /assets.
#pragma once

#include <span>
#include <string_view>

#include "ops/http/http.h"

namespace query::web {

// Patterns of the pages' addresses: what query/web/pages.ts has, for a reload or a link.
std::span<const std::string_view> page_addresses();

// Routes that hold no data and are not of the JSON API: /openapi.json has none of them.
void add_page_routes(ops::http::Router& router);

}  // namespace query::web
