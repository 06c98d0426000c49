// What the registered routes do, in the words of a CapabilityStatement (R4,
// capabilitystatement.html): interactions by method and pattern, operations by `$name`.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ops/http/description.h"

namespace query::fhir {

struct Operation {
  std::string type;  // empty: of all types, or of the system
  std::string name;  // without $
  bool system = false;
  bool operator==(const Operation&) const = default;
};

class Interactions {
 public:
  explicit Interactions(const std::vector<ops::http::RouteText>& routes);

  // type-restful-interaction codes that hold for every type, `search-type` among them.
  const std::vector<std::string_view>& of_types() const { return of_types_; }
  // system-restful-interaction codes.
  const std::vector<std::string_view>& of_system() const { return of_system_; }
  // In the order of their routes; one that is asked by GET and POST, of a type and of an
  // instance, is there once.
  const std::vector<Operation>& operations() const { return operations_; }
  // The route of FHIR's that is registered so: conditional forms, metadata.
  bool has(std::string_view method, std::string_view pattern) const;

 private:
  std::set<std::string, std::less<>> routes_;  // "PUT /fhir/{type}"
  std::vector<std::string_view> of_types_;
  std::vector<std::string_view> of_system_;
  std::vector<Operation> operations_;
};

}  // namespace query::fhir
