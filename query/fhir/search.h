// GET /fhir/{type}?… and POST /fhir/{type}/_search: a searchset Bundle.
#pragma once

#include "query/fhir/page.h"
#include "query/read_context.h"

namespace query::fhir {

ops::http::Response search(const Sources& sources, const ops::http::Request& request);

// Whether the caller may search these (patient empty: of many), once the position asked for is
// reached.
Status may_search(const Sources& sources, const ops::http::Request& request, std::string_view type,
                  std::string_view patient);
events::KnownTime now();  // what dates relative to the moment are compared with

}  // namespace query::fhir
