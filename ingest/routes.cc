#include "ingest/routes.h"

#include "ingest/commit_routes.h"
#include "ingest/fhir/write_routes.h"
#include "ingest/validation/profile_routes.h"
#include "ingest/validation/validate_route.h"

namespace ingest {

fhir::Environment environment_of(const Dependencies& dependencies) {
  return {dependencies.lookup,       dependencies.secrets,        dependencies.log_id,
          dependencies.partitions,   dependencies.check_document, dependencies.find_matching,
          dependencies.read_version, dependencies.validator,      dependencies.check_orders,
          dependencies.site};
}

void add_ingest_routes(ops::http::Router& router, const Dependencies& dependencies) {
  fhir::add_write_routes(router, dependencies);
  if (dependencies.validator != nullptr)
    validation::add_validate_routes(router, *dependencies.validator);
  if (dependencies.profiles != nullptr)
    validation::add_profile_routes(router, *dependencies.profiles);
  add_commit_routes(router, dependencies.intake, dependencies.lookup, dependencies.log_id);
}

}  // namespace ingest
