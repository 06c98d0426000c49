// $meta (R4, resource-operation-meta.html): the profiles, tags and security labels in use.
#pragma once

#include "query/read_context.h"

namespace query::fhir {

// GET /fhir/{type}/$meta: those of all resources of the type, or of those that criteria name, each
// once. They are counted by no row, so all of the type are looked at: more than 200,000 are a 422
// that says what to ask instead.
ops::http::Response meta_of_type(const Sources& sources, const ops::http::Request& request);
// GET /fhir/$meta: of all types, 200,000 resources at most.
ops::http::Response meta_of_all(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
