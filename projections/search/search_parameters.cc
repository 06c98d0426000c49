#include "projections/search/search_parameters.h"

#include <algorithm>
#include <array>

#include "projections/search/values.h"

namespace projections::search {
namespace {

void take_id(const schema::Facts& facts, Values& values) {
  if (facts.id() == nullptr) return;
  values.tokens.push_back(
      {TokenValue::Of::identifier, {}, {facts.id()->data(), facts.id()->size()}});
}

// Every list of the schema's types is indexed once by type number.
std::vector<TypeParameters> collect() {
  std::vector<TypeParameters> all;
  for (const TypeTables tables :
       {clinical_tables(), medication_tables(), observation_tables(), encounter_tables(),
        document_tables(), plan_tables(), safety_tables(), device_tables(), finance_tables(),
        person_tables(), directory_tables(), general_tables()}) {
    all.insert(all.end(), tables.begin(), tables.end());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.type < b.type; });
  return all;
}

}  // namespace

std::string_view to_string(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::token:
      return "token";
    case ParameterKind::date:
      return "date";
    case ParameterKind::reference:
      return "reference";
    case ParameterKind::string:
      return "string";
    case ParameterKind::quantity:
      return "quantity";
    case ParameterKind::uri:
      return "uri";
    case ParameterKind::composite:
      return "composite";
  }
  return "string";
}

std::span<const TypeParameters> searched_types() {
  static const std::vector<TypeParameters> all = collect();
  return all;
}

const TypeParameters* search_table(events::ResourceType type) {
  const auto all = searched_types();
  const auto at = std::lower_bound(
      all.begin(), all.end(), type,
      [](const TypeParameters& table, events::ResourceType wanted) { return table.type < wanted; });
  return at != all.end() && at->type == type ? &*at : nullptr;
}

Home home_of(const TypeParameters& table) {
  if (!table.patient_names.empty()) return Home::patient;
  return events::is_directory_type(table.type) ? Home::directory : Home::others;
}

std::span<const Parameter> common_parameters() {
  static constexpr std::array parameters{
      Parameter{"_id", ParameterKind::token, take_id},
      Parameter{"_lastUpdated", ParameterKind::date, nullptr},
      Parameter{"_profile", ParameterKind::uri,
                [](const auto& facts, auto& values) { values.add(facts.profiles()); }},
      Parameter{"_security", ParameterKind::token,
                [](const auto& facts, auto& values) { values.add(facts.security()); }},
      Parameter{"_tag", ParameterKind::token,
                [](const auto& facts, auto& values) { values.add(facts.tags()); }},
  };
  return parameters;
}

const Parameter& subject_parameter() {
  static constexpr Parameter parameter{
      "patient", ParameterKind::reference,
      [](const auto& facts, auto& values) { values.add(facts.subjects()); }};
  return parameter;
}

const Parameter* find_parameter(const TypeParameters& table, std::string_view name) {
  for (const Parameter& parameter : table.own) {
    if (parameter.name == name) return &parameter;
  }
  for (const Parameter& parameter : common_parameters()) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

bool is_patient_name(const TypeParameters& table, std::string_view name) {
  return std::find(table.patient_names.begin(), table.patient_names.end(), name) !=
         table.patient_names.end();
}

}  // namespace projections::search
