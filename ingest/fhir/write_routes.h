// FHIR writes over HTTP (FHIR R4, http.html): transaction and batch, create, update, delete.
#pragma once

#include "ingest/routes.h"

namespace ingest::fhir {

void add_write_routes(ops::http::Router& router, const Dependencies& dependencies);

}  // namespace ingest::fhir
