// POST /fhir/{type}/$validate and /fhir/{type}/{id}/$validate (R4, resource-operation-validate):
// says what a write would be told, writes nothing.
#pragma once

#include "ingest/validation/validator.h"
#include "ops/http/http.h"

namespace ingest::validation {

// `validator` outlives the router. 200 with an OperationOutcome, whatever is found; 400 for what
// is no JSON or asks for a mode that R4 does not have.
void add_validate_routes(ops::http::Router& router, const Validator& validator);

}  // namespace ingest::validation
