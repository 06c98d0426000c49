// A resource against the definitions of R4: its elements, how often they occur, their types,
// choices, required bindings, references and the invariants of invariants.h.
#pragma once

#include <string_view>

#include "ingest/json.h"
#include "ingest/validation/issues.h"

namespace ingest::validation {

// Everything that is wrong with `resource` and what it contains is added to `issues`, each with
// element, value and remedy. One walk over the tree; safe from any thread.
void check_structure(const json::Value& resource, Issues& issues);

// The resource type that a reference names: of "Patient/1", "http://…/Patient/1/_history/2" and
// "Patient?identifier=1"; empty for other references.
std::string_view referenced_type(std::string_view reference);

}  // namespace ingest::validation
