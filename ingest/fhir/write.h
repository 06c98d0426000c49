// One resource that a request asks to change: an entry of a Bundle, or the one resource
// of a POST, PUT or DELETE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.h"
#include "events/resource_type.h"
#include "ingest/fhir/criteria.h"
#include "ingest/json.h"

namespace ingest::fhir {

enum class Verb : std::uint8_t { create, update, remove };

struct Write {
  std::uint64_t ordinal = 0;  // of the entry in its request: part of ids that the server makes
  Verb verb = Verb::create;
  events::ResourceType type{};
  events::ResourceId id;  // update, remove; empty for create
  json::Value resource;   // missing for remove
  std::string full_url;   // empty: none
  std::string path;       // Bundle.entry[3], or the type: where messages point
  // Preconditions
  std::uint64_t if_match = 0;  // 0: none
  bool if_none_match_any = false;
  std::optional<IdentifierCriterion> if_none_exist;
};

}  // namespace ingest::fhir
