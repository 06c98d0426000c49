// FHIR's operations on measures: Measure/$evaluate-measure (R4,
// measure-operation-evaluate-measure.html) and Measure/$care-gaps (DEQM 3.1). Not clinically
// reviewed.
#pragma once

#include "query/measures/context.h"

namespace query::measures {

// GET and POST /fhir/Measure/$evaluate-measure, /fhir/Measure/{id}/$evaluate-measure,
// /fhir/Measure/$care-gaps. What `context` names outlives the router.
void add_measure_operations(ops::http::Router& router, const Context& context);

}  // namespace query::measures
