// Search criteria in conditional references and conditional writes. `identifier=` alone
// acceptance can judge exactly, in log order; others are searched for, see
// conditional_writes.h.
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

// Criteria without the `Type?`, `?` or URL that may stand before them.
std::string_view query_of(std::string_view criteria);
// Whether the criteria are those: one identifier, that acceptance can judge.
bool is_identifier_criterion(std::string_view criteria);
// Equal for criteria that ask the same: decoded, in the order of their names.
std::string same_criteria(std::string_view criteria);

struct ConditionalReference {
  events::ResourceType type{};
  std::optional<IdentifierCriterion> criterion;  // nothing: `criteria` is to be searched
  std::string criteria;
};
// `Practitioner?identifier=system|value`.
events::Result<ConditionalReference> parse_conditional_reference(std::string_view reference,
                                                                 std::string_view element);

}  // namespace ingest::fhir
