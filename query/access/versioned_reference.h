// A literal reference to a version of a resource of ours (FHIR R4, references.html#literal).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "events/resource_type.h"

namespace query::access {

struct VersionedReference {
  events::ResourceType type{};
  std::string id;
  events::Version version;  // 0: none is named

  std::string text() const;  // Type/id
};

// `Type/id` or `Type/id/_history/2`, also below `base_url`/fhir/. Nothing: it refers to no
// resource that could be ours.
std::optional<VersionedReference> versioned_reference(std::string_view text,
                                                      std::string_view base_url);

}  // namespace query::access
