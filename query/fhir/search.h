// GET /fhir/{type}?… and POST /fhir/{type}/_search: a searchset Bundle.
#pragma once

#include "query/fhir/page.h"
#include "query/read_context.h"

namespace query::fhir {

ops::http::Response search(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
