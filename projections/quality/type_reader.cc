// ELM's type specifiers, read (reader.h).
#include <boost/json.hpp>

#include "projections/quality/elm_json.h"
#include "projections/quality/reader.h"

namespace projections::quality {

namespace json = boost::json;

events::Result<Type> Reader::type(const json::value& specifier) {
  if (specifier.is_string()) return named_type(specifier.get_string());
  const auto* object = specifier.if_object();
  if (object == nullptr) return malformed("a type specifier that is not an object");
  if (object->contains("name") && !object->contains("element"))
    return named_type(text(*object, "name"));
  Type made;
  const auto add_part = [&](const json::value& part) -> events::Status {
    auto read = type(part);
    if (!read) return read.error();
    made.parts.push_back(std::move(*read));
    return {};
  };
  if (const auto* element = object->if_contains("elementType")) {
    made.form = Type::Form::list;
    if (auto added = add_part(*element); !added) return added.error();
  } else if (const auto* point = object->if_contains("pointType")) {
    made.form = Type::Form::interval;
    if (auto added = add_part(*point); !added) return added.error();
  } else if (const auto* choices = object->if_contains("choice")) {
    made.form = Type::Form::choice;
    if (!choices->is_array()) return malformed("choices that are not an array");
    for (const auto& choice : choices->get_array()) {
      if (auto added = add_part(choice); !added) return added.error();
    }
  } else {
    made.form = Type::Form::tuple;
  }
  return made;
}

}  // namespace projections::quality
