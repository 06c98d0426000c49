// What JSON Patch and FHIRPath Patch have in common: a list of operations, read once, applied in
// their order, all or none.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/fhir/patch.h"
#include "ingest/json_edit.h"

namespace ingest::fhir {

// `read(value, place)` makes an operation with `type` and `place`; `apply(root, operation)` does
// it. Each resource gets an `apply` of its own: what it counts begins anew.
template <typename Read, typename Apply>
events::Result<Patch> patch_of(const json::Value& list, std::string_view list_name,
                               std::string_view element, Read read, Apply apply) {
  using Operation = typename decltype(read(list, std::string()))::value_type;
  std::vector<Operation> operations;
  for (auto one = list.first(); one; one = one.next()) {
    auto operation = read(one, fmt::format("{}[{}]", list_name, operations.size()));
    if (!operation) return operation.error();
    operations.push_back(std::move(*operation));
  }
  if (operations.empty()) {
    return events::invalid(fmt::format("{}: the patch has no operation", element),
                           std::string(element));
  }
  return Patch([operations = std::move(operations),
                apply](const json::Value& resource) -> events::Result<std::string> {
    json::Editable root = json::editable(resource);
    Apply run = apply;
    for (const Operation& operation : operations) {
      if (events::Status done = run(root, operation); !done) {
        return events::Error{
            done.error().code,
            fmt::format("{}: {}: {}", operation.place, operation.type, done.error().message),
            operation.place};
      }
    }
    json::drop_empty(root);
    return json::text_of(root);
  });
}

}  // namespace ingest::fhir
