// The CapabilityStatement, written from the routes that are registered and the tables that
// searches run on: a node that has no role query promises no reads.
#pragma once

#include <string>
#include <vector>

#include "ops/http/description.h"

namespace query::fhir {

struct CapabilityOptions {
  std::string software_version;
  std::string base_url;
};
std::string capability_statement(const CapabilityOptions& options,
                                 const std::vector<ops::http::RouteText>& routes);

}  // namespace query::fhir
