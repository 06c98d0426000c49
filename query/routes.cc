#include "query/routes.h"

#include "query/fhir/routes.h"

namespace query {

void add_query_routes(ops::http::Router& router, const Sources& sources) {
  fhir::add_fhir_routes(router, sources);
}

}  // namespace query
