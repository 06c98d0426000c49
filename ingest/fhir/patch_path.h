// The part of FHIRPath (N1) that paths of a FHIRPath Patch may use: members, also of a choice by
// its name without type (`Observation.value`), `[n]`, `first()`, `last()`, `ofType(T)`, `as(T)`
// and `where(path = literal)`, also `!=` and several joined by `and`. Everything else is refused
// by name, never taken for something else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/fhir/definitions.h"
#include "events/result.h"
#include "ingest/json_edit.h"

namespace ingest::fhir {

// One thing a path leads to: an element of a list, a member, or the resource itself.
struct Selected {
  json::Editable* holder = nullptr;  // the object whose member it is; null: the resource
  std::string member;                // its name in JSON: valueQuantity
  std::optional<std::size_t> index;  // in a list
  json::Editable* value = nullptr;
  const events::fhir::Type* type = nullptr;        // of the value
  const events::fhir::Element* element = nullptr;  // as what it is defined; null: the resource
  const events::fhir::Type* owner = nullptr;       // of `holder`
};

class PatchPath {
 public:
  // invalid: not in the language; names the part.
  static events::Result<PatchPath> parse(std::string_view text);

  // In order. unprocessable: a member that R4 does not have there.
  events::Result<std::vector<Selected>> select(json::Editable& resource) const;
  // Without its last step, which must be a member: whose member it is.
  events::Result<std::vector<Selected>> select_holder(json::Editable& resource) const;
  // Of the last step, empty if it is none.
  const std::string& last_member() const;
  const std::string& text() const { return text_; }

 private:
  struct Comparison {
    std::vector<std::string> path;  // members
    bool equal = true;
    json::Kind kind = json::Kind::string;
    std::string literal;  // unescaped; of a number its digits
  };
  struct Step {
    enum class What { member, index, first, last, of_type, where } what = What::member;
    std::string name;
    std::size_t index = 0;
    std::vector<Comparison> conditions;
  };
  friend class PathParser;

  events::Result<std::vector<Selected>> walk(json::Editable& resource, std::size_t steps) const;
  static bool meets(const Selected& one, const Comparison& comparison);

  std::string text_;
  std::vector<Step> steps_;
};

// Those of `name` in an object of that type, the elements of a list one by one. unprocessable:
// R4 has no such member there.
events::Result<std::vector<Selected>> members(const Selected& holder, std::string_view name);
// How `name` is defined there; of a choice the form of `suffix` ("Quantity"). null: not at all.
const events::fhir::Element* defined(const events::fhir::Type& type, std::string_view name,
                                     std::string_view suffix);

}  // namespace ingest::fhir
