// What must hold for a write to be made (R4, http.html#cond-update, #concurrency): as headers
// of a request, or as members of Bundle.entry.request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/result.h"
#include "ingest/fhir/write.h"

namespace ingest::fhir {

// One as it was sent, and where: what a refusal names.
struct SentCondition {
  std::string_view value;
  std::string element;  // "If-Match", "Bundle.entry[3].request.ifMatch"
};

struct Preconditions {
  std::optional<SentCondition> if_match;       // an entity tag; of all but create
  std::optional<SentCondition> if_none_match;  // only `*`, of an update by id
  std::optional<SentCondition> if_none_exist;  // criteria; of create
};

// Verb, criteria and patch of `write` are known by now. invalid: one that cannot be read, and one
// that this kind of write does not have: left unheeded it would let through what its sender meant
// to stop.
events::Status set_preconditions(Write& write, const Preconditions& sent);

// Criteria as sent, but for what stands before a `?`, and for _format and _pretty, which clients
// add to every URL (HAPI also to If-None-Exist): they say nothing of the resource.
std::string without_form(std::string_view criteria);

// `W/"3"`; `"3"` and `3` are read as well. invalid names the value.
events::Result<std::uint64_t> parse_entity_tag(std::string_view tag, std::string_view element);

}  // namespace ingest::fhir
