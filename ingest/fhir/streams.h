// Which stream a resource lives in (DESIGN.md section 3, Streams).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/lookup.h"
#include "events/secrets.h"
#include "ingest/json.h"

namespace ingest::fhir {

// The references in the type's subject_element() (mapping.h): one for most types,
// Provenance has several targets. Those without a literal `reference` are left out.
std::vector<json::Value> subject_references(events::ResourceType type, const json::Value& resource);

inline constexpr std::string_view directory_stream = "directory";

// Stream of a resource that is not a Patient: of `patients`, the ids that its subjects
// led to (each once), when there is exactly one; else of the only patient of its
// transaction; else the directory or `other/<Type>`.
std::string stream_of(events::ResourceType type, const std::vector<std::string>& patients,
                      const std::string& only_patient);

// The name of the stream that `known` was found in: asked of the lookup, else tried by
// what the resource says of itself. unprocessable if neither tells.
events::Result<std::string> stream_name_of(const events::Lookup& lookup,
                                           const events::Secrets& secrets,
                                           events::ResourceType type, const events::Known& known);

}  // namespace ingest::fhir
