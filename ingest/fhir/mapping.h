// From a resource's JSON to its typed fields. One file a family of resource types;
// a new type is a file pair, its test and one line in mapping.cc.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/resource_type.h"
#include "ingest/json.h"

namespace ingest::fhir {

// What a literal reference of the resource became. `place` is the JSON string value.
struct ResolvedReference {
  events::ResourceType type{};
  std::string id;       // empty: kept as sent (an absolute URL of elsewhere, a contained #id)
  bool replaced = false;  // text differs from what was sent: a splice
};
// Turns the text of a `reference` element into where it leads. Errors: unprocessable,
// naming element, value and remedy.
using ReferenceResolver = std::function<events::Result<ResolvedReference>(std::string_view reference, const json::Value& place)>;
// The code of the Medication that a resolved medicationReference leads to, for
// MedicationRequest and its like: finished schema::Facts bytes of a Medication, or empty.
using MedicationCode = std::function<events::Result<std::string>(const ResolvedReference&)>;

struct MappedResource {
  events::ResourceType type{};
  std::string facts;      // finished FlatBuffer schema::Facts
  struct Identifier { std::string system, value; };
  std::vector<Identifier> identifiers;
  std::vector<std::string> subjects;  // ids of the Patients that the type's patient/subject parameter names
  struct Reference { std::uint32_t begin, end; std::string text; };  // JSON string value, quotes excluded
  std::vector<Reference> replaced_references;
};

// Wrong types, impossible dates, missing elements that the typed tables need:
// unprocessable, `element` and message name it. Every error of the resource is
// found, not only the first. Walks all `reference` elements, also those no table has.
struct MappingContext {
  ReferenceResolver resolve;
  MedicationCode medication_code;
};
struct MappingErrors { std::vector<events::Error> errors; };
tl::expected<MappedResource, std::vector<events::Error>> map_resource(const json::Value& resource, std::string_view id,
                                                                      const MappingContext& context);

}  // namespace ingest::fhir
