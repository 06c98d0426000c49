#include "query/measures/resource_name.h"

#include <boost/json.hpp>

namespace query::measures {
namespace {

namespace json = boost::json;

std::string text_in(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string of_concept(const json::value& value) {
  if (const auto* list = value.if_array()) return list->empty() ? "" : of_concept(list->front());
  const auto* concept_object = value.if_object();
  if (concept_object == nullptr) return {};
  if (auto text = text_in(*concept_object, "text"); !text.empty()) return text;
  const auto* codings = concept_object->if_contains("coding");
  if (codings == nullptr || !codings->is_array()) return {};
  for (const auto& coding : codings->get_array()) {
    if (!coding.is_object()) continue;
    if (auto display = text_in(coding.get_object(), "display"); !display.empty()) return display;
  }
  return {};
}

}  // namespace

std::string name_of(const json::value& resource) {
  const auto* object = resource.if_object();
  if (object == nullptr) return {};
  for (const char* element : {"code", "medicationCodeableConcept", "vaccineCode", "type"}) {
    const auto* found = object->if_contains(element);
    if (found == nullptr) continue;
    if (auto name = of_concept(*found); !name.empty()) return name;
  }
  return {};
}

}  // namespace query::measures
