// The CapabilityStatement, written from the tables that the routes run on.
#pragma once

#include <string>

namespace query::fhir {

struct CapabilityOptions {
  std::string software_version;
  std::string base_url;
};
std::string capability_statement(const CapabilityOptions& options);

}  // namespace query::fhir
