// Which search parameters each resource type has: one table a type, in the files
// search_*.cc. Search, the CapabilityStatement and $everything read the same tables, so
// what is promised is what is done. A new type is a table and one line in its file's list.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "events/resource_type.h"

namespace events::schema {
struct Facts;
}

namespace projections::search {

struct Values;

// FHIR's search parameter types (R4, search, 3.1.1.4) that we answer.
enum class ParameterKind { token, date, reference, string, quantity, uri, composite };
std::string_view to_string(ParameterKind kind);

// Adds what the parameter finds in a resource's typed fields; nothing if the element is
// absent. The views it adds lie in the Facts.
using Take = void (*)(const events::schema::Facts& facts, Values& values);

// Two parts that must hold at one place: the code and the value of one component.
struct Composite {
  struct Part {
    ParameterKind kind = ParameterKind::token;
    std::string_view code_system = {};
  };
  Part first, second;
  // Adds what the place of that number has; false beyond the last.
  bool (*take)(const events::schema::Facts& facts, std::size_t place, Values& first,
               Values& second) = nullptr;
};

struct Parameter {
  std::string_view name;
  ParameterKind kind = ParameterKind::token;
  Take take = nullptr;  // null only for _lastUpdated: it is of the version, not of the facts
  // Of an element of FHIR's type `code`: the system its value set implies, so that
  // `system|code` matches.
  std::string_view code_system = {};
  const Composite* composite = nullptr;  // of that kind only
};

// Where the resources of a type are looked for.
enum class Home {
  patient,    // streams of patients: a search names one
  directory,  // the stream `directory`
  others,     // the stream `other/<Type>`: of no patient, yet no part of the directory
};

struct TypeParameters {
  events::ResourceType type{};
  std::span<const Parameter> own;
  // The names of its patient parameter (`patient`, `subject`, `beneficiary`); empty elsewhere.
  std::span<const std::string_view> patient_names;
};

// Patient's: found over the patient directory, not by home_of().
const TypeParameters& patient_table();
// All types that search answers by these tables but Patient.
std::span<const TypeParameters> searched_types();
// Null for a type without a table.
const TypeParameters* search_table(events::ResourceType type);
Home home_of(const TypeParameters& table);

// _id, _lastUpdated, _profile, _tag, _security.
std::span<const Parameter> common_parameters();
// What `patient=` looks at: the resource's subjects.
const Parameter& subject_parameter();
// Own or common; null if the type has none of that name. Not the patient parameter.
const Parameter* find_parameter(const TypeParameters& table, std::string_view name);
bool is_patient_name(const TypeParameters& table, std::string_view name);

// One list a family of types.
using TypeTables = std::span<const TypeParameters>;
TypeTables clinical_tables();
TypeTables medication_tables();
TypeTables observation_tables();
TypeTables encounter_tables();
TypeTables document_tables();
TypeTables plan_tables();
TypeTables safety_tables();
TypeTables device_tables();
TypeTables finance_tables();
TypeTables person_tables();
TypeTables directory_tables();
TypeTables general_tables();

}  // namespace projections::search
