#include "projections/search/reference_targets.h"

#include <array>
#include <map>
#include <string>
#include <utility>

#include "events/fhir/definitions.h"
#include "projections/search/values.h"

namespace projections::search {
namespace {

using events::ResourceType;

std::vector<const Parameter*> collect_parameters(ResourceType type) {
  std::vector<const Parameter*> found;
  const TypeParameters* table = search_table(type);
  if (table == nullptr) {
    if (type != ResourceType::Patient) return found;
    for (const Parameter& parameter : patient_table().own) {
      // `link` leads to patients: the index has rows of references into the directory alone.
      if (parameter.kind == ParameterKind::reference && parameter.name != "link")
        found.push_back(&parameter);
    }
    return found;
  }
  if (!table->patient_names.empty()) found.push_back(&subject_parameter());
  for (const Parameter& parameter : table->own) {
    if (parameter.kind == ParameterKind::reference) found.push_back(&parameter);
  }
  return found;
}

}  // namespace

std::vector<ResourceType> reference_targets(ResourceType type, std::string_view parameter) {
  std::vector<ResourceType> targets;
  const auto* defined = events::fhir::search_parameter(events::type_name(type), parameter);
  if (defined == nullptr) return targets;
  for (const std::string_view name : defined->targets) {
    if (const auto target = events::type_of_name(name)) targets.push_back(*target);
  }
  return targets;
}

const std::vector<const Parameter*>& reference_parameters(ResourceType type) {
  static const auto all = [] {
    std::map<ResourceType, std::vector<const Parameter*>> lists;
    for (const auto one : events::all_types()) lists[one] = collect_parameters(one);
    return lists;
  }();
  static const std::vector<const Parameter*> none;
  const auto found = all.find(type);
  return found == all.end() ? none : found->second;
}

const Parameter* find_reference_parameter(ResourceType type, std::string_view name) {
  if (const TypeParameters* table = search_table(type)) {
    if (is_patient_name(*table, name)) return &subject_parameter();
  }
  for (const Parameter* parameter : reference_parameters(type)) {
    if (parameter->name == name) return parameter;
  }
  return nullptr;
}

void take_references(const schema::Facts& facts, Values& values) {
  for (const Parameter* parameter : reference_parameters(facts.type()))
    parameter->take(facts, values);
}

}  // namespace projections::search
