// GET /fhir/Patient/{id}/$everything: the patient's stream whole, by type and newest
// first, then the resources of the directory that it refers to. Pages are bounded by
// count and bytes: the largest patients have tens of thousands of resources.
#pragma once

#include "query/read_context.h"

namespace query::fhir {

// _count (default and at most 1000), _type, _since, next links.
ops::http::Response everything(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
