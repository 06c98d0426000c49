#include "projections/measures/relevance.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "events/schema/clinical_generated.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"

namespace projections::measures {
namespace {

namespace json = boost::json;
using events::ResourceType;
using quality::text;

// As referred_medication.cc reads them.
constexpr std::array refer_to_medications{
    ResourceType::MedicationRequest, ResourceType::MedicationStatement,
    ResourceType::MedicationDispense, ResourceType::MedicationAdministration};

// Value sets by the name that a library gives them: the names of all libraries together, since
// naming too much costs an evaluation, and naming too little a wrong figure.
std::multimap<std::string, std::string> sets_by_name(std::span<const json::value> libraries) {
  std::multimap<std::string, std::string> sets;
  for (const auto& document : libraries) {
    const auto* object = document.if_object();
    const auto* library = object ? object->if_contains("library") : nullptr;
    const auto* fields = library ? library->if_object() : nullptr;
    for (const auto* set : quality::definitions_of(fields, "valueSets"))
      sets.emplace(text(*set, "name"), text(*set, "id"));
  }
  return sets;
}

// {http://hl7.org/fhir}Observation
std::optional<events::ResourceType> type_named(std::string_view data_type) {
  return events::type_of_name(data_type.substr(data_type.find('}') + 1));
}

}  // namespace

Relevance Relevance::of(std::span<const json::value> libraries,
                        const quality::Terminology& terminology) {
  Relevance relevance;
  for (const char* name : {"Patient", "Encounter", "Coverage"}) {
    relevance.types_.insert(*events::type_of_name(name));
    relevance.whole_.insert(*events::type_of_name(name));
  }
  const auto sets = sets_by_name(libraries);
  for (const auto& library : libraries) relevance.add_retrieves(library, sets, terminology);
  // A Medication may stand in the directory, known to the record by what refers to it.
  if (relevance.types_.contains(events::ResourceType::Medication)) {
    relevance.types_.insert(refer_to_medications.begin(), refer_to_medications.end());
    relevance.whole_.insert(refer_to_medications.begin(), refer_to_medications.end());
  }
  return relevance;
}

void Relevance::add_retrieves(const json::value& elm,
                              const std::multimap<std::string, std::string>& sets,
                              const quality::Terminology& terminology) {
  if (const auto* array = elm.if_array()) {
    for (const auto& each : *array) add_retrieves(each, sets, terminology);
  }
  const auto* object = elm.if_object();
  if (object == nullptr) return;
  if (text(*object, "type") == "Retrieve") add_retrieve(*object, sets, terminology);
  for (const auto& [name, value] : *object) add_retrieves(value, sets, terminology);
}

void Relevance::add_retrieve(const json::object& retrieve,
                             const std::multimap<std::string, std::string>& sets,
                             const quality::Terminology& terminology) {
  const auto type = type_named(text(retrieve, "dataType"));
  if (!type) return;
  types_.insert(*type);
  const auto* codes = retrieve.if_contains("codes");
  const auto* reference = codes ? codes->if_object() : nullptr;
  Filter filter{std::string(text(retrieve, "codeProperty")), {}};
  if (reference != nullptr && text(*reference, "type") == "ValueSetRef") {
    const auto [from, to] = sets.equal_range(std::string(text(*reference, "name")));
    for (auto at = from; at != to; ++at) {
      if (const auto* set = terminology.find(at->second)) filter.sets.push_back(set);
    }
  }
  if (filter.property.empty() || filter.sets.empty()) {
    whole_.insert(*type);
  } else {
    filters_[*type].push_back(std::move(filter));
  }
}

bool Relevance::concerns(events::ResourceType type, const json::value& resource) const {
  if (whole_.contains(type)) return true;
  const auto filters = filters_.find(type);
  const auto value = quality::resource_value(resource);
  if (filters == filters_.end() || value.is_null()) return false;
  for (const auto& filter : filters->second) {
    const auto coded = quality::element_property(value.element(), filter.property);
    bool any = false;
    const bool fits = quality::any_coding(coded, [&](auto system, auto code) {
      any = true;
      return std::any_of(filter.sets.begin(), filter.sets.end(),
                         [&](const auto* set) { return set->has(system, code); });
    });
    // Without a code it may still name a value set as not done.
    if (fits || !any) return true;
  }
  return false;
}

}  // namespace projections::measures
