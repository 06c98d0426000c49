// Bulk export over HTTP (Bulk Data Access IG 2.0.0, export.html):
//
//   GET, POST /fhir/$export, /fhir/Patient/$export, /fhir/Group/{id}/$export   202,
//   Content-Location GET, DELETE /fhir/$export-jobs/{job}                                       202
//   | 200 | 202 GET /fhir/$export-jobs/{job}/{file}                                        ndjson
#pragma once

#include "ops/auth/access.h"
#include "ops/http/http.h"
#include "ops/http/jobs.h"
#include "query/read_context.h"

namespace query::bulk {

// All outlive the router; `jobs` goes before `sources`.
// `record`: of what is written into files.
void add_export_routes(ops::http::Router& router, const Sources& sources, ops::http::Jobs& jobs,
                       ops::auth::RecordAccess record = {});

}  // namespace query::bulk
