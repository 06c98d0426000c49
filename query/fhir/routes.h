// FHIR out: what is read under /fhir and /raw.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query::fhir {

// `sources` and what it names outlive the router.
void add_fhir_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query::fhir
