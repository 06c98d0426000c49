// Search criteria in conditional references and conditional creates. Only `identifier=`
// alone is taken: acceptance can judge it exactly, in log order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/resource_type.h"
#include "events/result.h"

namespace ingest::fhir {

struct IdentifierCriterion {
  std::optional<std::string> system;  // nothing: any system; empty: `|value`, no system
  std::string value;
  friend auto operator<=>(const IdentifierCriterion&, const IdentifierCriterion&) = default;
};

// `identifier=system|value`, percent-encoded or not (Synthea does not encode), with or
// without a leading `Type?` or `?`. unprocessable names `element`, value and remedy.
events::Result<IdentifierCriterion> parse_identifier_criterion(std::string_view criteria,
                                                               std::string_view element);

struct ConditionalReference {
  events::ResourceType type{};
  IdentifierCriterion criterion;
};
// `Practitioner?identifier=system|value`.
events::Result<ConditionalReference> parse_conditional_reference(std::string_view reference,
                                                                 std::string_view element);

}  // namespace ingest::fhir
