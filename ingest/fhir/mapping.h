// From a resource's JSON to its typed fields. One file a family of resource types;
// a new type is a file pair, its test and one line in mapping.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/resource_type.h"
#include "events/result.h"
#include "ingest/json.h"
#include "ingest/validation/issues.h"

namespace ingest::fhir {

// What a literal reference of the resource became.
struct ResolvedReference {
  events::ResourceType type{};
  std::string id;         // empty: kept as sent (an absolute URL of elsewhere)
  bool replaced = false;  // text differs from what was sent: a splice
};
// Turns the text of a `reference` element into where it leads; `place` is its JSON string.
// Not asked for contained resources (`#id`). Errors: unprocessable, naming element, value
// and remedy.
using ReferenceResolver = std::function<events::Result<ResolvedReference>(
    std::string_view reference, const json::Value& place)>;
// The code of the Medication that a resolved medicationReference leads to, for
// MedicationRequest and its like: finished schema::Facts bytes of a Medication, or empty.
using MedicationCode = std::function<events::Result<std::string>(const ResolvedReference&)>;

struct MappedResource {
  events::ResourceType type{};
  std::string facts;  // finished FlatBuffer schema::Facts
  struct Identifier {
    std::string system, value;
  };
  std::vector<Identifier> identifiers;  // those that have a value
  std::vector<std::string>
      subjects;  // ids of the Patients that the type's patient/subject parameter names
  // A JSON string value, quotes excluded, in the Document's text (not the resource's); ascending.
  struct Reference {
    std::uint32_t begin, end;
    std::string text;
  };
  std::vector<Reference> replaced_references;
};

// Both are called only while map_resource runs, on its thread.
struct MappingContext {
  ReferenceResolver resolve;
  MedicationCode medication_code;  // may be empty: then references bring no code
};

// Wrong types, impossible dates, missing elements that the typed tables need:
// unprocessable, `element` and message name it; unsupported for a type the schema does not
// have. Every error of the resource is found, not only the first. Walks all `reference`
// elements, also those no table has. `issues` are kept with the facts. Safe from any thread.
tl::expected<MappedResource, std::vector<events::Error>> map_resource(
    const json::Value& resource, std::string_view id, const MappingContext& context,
    std::span<const validation::Issue> issues = {});

// The element that decides whose record a resource of this type belongs to: "subject",
// "patient", "beneficiary" …; empty for a type that has none.
std::string_view subject_element(events::ResourceType type);

}  // namespace ingest::fhir
