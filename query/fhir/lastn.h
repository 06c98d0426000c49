// The newest observations of each code (R4, observation-operation-lastn.html).
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query::fhir {

// GET /fhir/Observation/$lastn?patient=…&category=…&code=…&max=1 and other criteria of a search:
// of each code the `max` newest, newest first. Observations are of one code if they share a
// coding, or have none and the same text. Entered in error is left out unless `status` asks for
// it: it would hide the last one that holds. One patient, and category or a code; more than 1000
// observations are a 422.
ops::http::Response last_observations(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
