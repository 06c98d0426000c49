// A patient's documents (US Core 6.1, OperationDefinition/docref).
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"

namespace query::fhir {

// GET /fhir/DocumentReference/$docref?patient=<id>&type=…&start=…&end=…: current documents of that
// type (34133-9 of LOINC, a summary of care, unless said) about care in that time; without start
// and end only the newest. Nothing is made on demand: on-demand=true and profile are refused.
ops::http::Response documents_of_patient(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
