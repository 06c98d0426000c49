// _elements and _summary: a part of each resource, cut out of its text. What FHIR requires
// and what changes the meaning of the rest is always kept, and meta.tag says SUBSETTED.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace query::fhir {

struct Subset {
  enum class Kind { whole, elements, summary, text, data } kind = Kind::whole;
  std::vector<std::string> elements;  // as asked: `name`, `Patient.name`
};

// _elements=id,name
events::Result<Subset> parse_elements(std::string_view value);
// invalid: an element that R4's definition of the type does not have. A `Type.element` of
// another type is for resources that are included.
events::Status check_elements(std::string_view type, const Subset& subset);

// `document`: a finished resource, of valid JSON. Digits and escapes stay as they are.
std::string cut(std::string_view type, std::string_view document, const Subset& subset);

}  // namespace query::fhir
