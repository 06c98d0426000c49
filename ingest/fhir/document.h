// A resource's document stays as it was received. Here is what the server puts into it
// when it is read, and what counts as its content.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/splice.h"
#include "ingest/fhir/mapping.h"
#include "ingest/json.h"

namespace ingest::fhir {

struct Splice {
  std::uint32_t offset = 0;  // in the document
  std::uint32_t length = 0;
  events::SpliceKind kind = events::SpliceKind::text;
  std::string text;
};

using ReplacedReferences = std::span<const MappedResource::Reference>;  // ascending

// Puts in the id, meta.versionId and meta.lastUpdated (those of the sender give way) and
// the replaced references. Ordered and disjoint, as events::apply_splices wants them.
std::vector<Splice> splices_of(const json::Value& resource, std::string_view id,
                               ReplacedReferences replaced);

// The tokens of the resource with references replaced, without id, meta.versionId,
// meta.lastUpdated and white space: two documents with equal content say the same.
// Order of members counts; a sender that reorders them makes a new version.
std::string content_of(const json::Value& resource, ReplacedReferences replaced);

// What the splices make of the document.
events::Result<std::string> spliced(std::string_view document, std::span<const Splice> splices,
                                    events::Version version, events::KnownTime updated);

}  // namespace ingest::fhir
