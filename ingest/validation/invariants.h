// The rules over whole elements that we check, by R4's key. Rules that need a terminology server,
// another resource, or are best practice only are not checked: README.md lists what is.
#pragma once

#include <span>
#include <string_view>

#include "ingest/json.h"

namespace ingest::validation {

struct CheckedInvariant {
  std::string_view key;
  bool (*holds)(const json::Value& element);
  std::string_view type = {};  // where R4 uses the key for several rules: of which type
};

// Not here, because the walk itself knows them: ele-1, dom-2 to dom-5, ref-1, txt-1, txt-2, sqty-1.
std::span<const CheckedInvariant> checked_invariants();

}  // namespace ingest::validation
