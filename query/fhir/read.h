// One resource: as it is, as a version of it was, all its versions, its bytes as received.
#pragma once

#include "query/read_context.h"

namespace query::fhir {

// GET, HEAD /fhir/{type}/{id}: 304 for If-None-Match and If-Modified-Since, 410 deleted, 404 never
// there.
ops::http::Response read_resource(const Sources& sources, const ops::http::Request& request);
// GET /fhir/{type}/{id}/_history/{version}: 410 for a version that is a delete.
ops::http::Response read_version(const Sources& sources, const ops::http::Request& request);
// GET /fhir/{type}/{id}/_history: newest first, deletes shown; _count, _since, _at, next links.
ops::http::Response read_history(const Sources& sources, const ops::http::Request& request);
// GET /fhir/{type}/{id}/$issues: what validation found when the current version was written, as an
// OperationOutcome; one of severity information where that was nothing.
ops::http::Response read_issues(const Sources& sources, const ops::http::Request& request);
// GET /fhir/{type}/{id}/$meta: Parameters with its meta. (Of a type: meta.h. $meta-add and
// $meta-delete are not there: meta is changed like any other element, by PUT or PATCH.)
ops::http::Response read_meta(const Sources& sources, const ops::http::Request& request);
// GET /raw/{type}/{id}/{version}: every byte as it was sent.
ops::http::Response read_raw(const Sources& sources, const ops::http::Request& request);

}  // namespace query::fhir
