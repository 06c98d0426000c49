// The operations by name: where each is defined, and the definitions of our own (R4,
// operationdefinition.html), which are served at /fhir/OperationDefinition.
#pragma once

#include "ops/http/http.h"
#include "query/fhir/interactions.h"

namespace query::fhir {

// The canonical of HL7's definition, else of ours under `base_url`; CHECKs that there is one.
std::string definition_of(const Operation& operation, std::string_view base_url);

// GET /fhir/OperationDefinition and /fhir/OperationDefinition/{id}.
void add_operation_definition_routes(ops::http::Router& router);

}  // namespace query::fhir
