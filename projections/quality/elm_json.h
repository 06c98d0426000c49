// Small reads of ELM's JSON. For the .cc files that read it; everything else sees nodes.
#pragma once

#include <boost/json.hpp>
#include <string_view>
#include <vector>

namespace projections::quality {

// Empty: absent, or not a string.
inline std::string_view text(const boost::json::object& object, std::string_view field) {
  const auto* value = object.if_contains(field);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

inline bool flag(const boost::json::object& object, std::string_view field, bool absent) {
  const auto* value = object.if_contains(field);
  return value && value->is_bool() ? value->get_bool() : absent;
}

// The objects of `field`, an array.
inline std::vector<const boost::json::object*> objects(const boost::json::object& object,
                                                       std::string_view field) {
  std::vector<const boost::json::object*> found;
  const auto* value = object.if_contains(field);
  if (value == nullptr || !value->is_array()) return found;
  for (const auto& each : value->get_array()) {
    if (each.is_object()) found.push_back(&each.get_object());
  }
  return found;
}

// library.statements.def and its like.
inline std::vector<const boost::json::object*> definitions_of(const boost::json::object* library,
                                                              std::string_view section) {
  const auto* value = library ? library->if_contains(section) : nullptr;
  if (value == nullptr || !value->is_object()) return {};
  return objects(value->get_object(), "def");
}

}  // namespace projections::quality
