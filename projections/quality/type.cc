#include "projections/quality/type.h"

#include <algorithm>
#include <array>

#include "events/fhir/definitions.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

struct SystemType {
  std::string_view name;
  Kind kind;
  Moment::Kind moment = Moment::Kind::date_time;
};
constexpr std::array system_types{
    SystemType{"Boolean", Kind::boolean},
    SystemType{"Integer", Kind::integer},
    SystemType{"Long", Kind::long_integer},
    SystemType{"Decimal", Kind::decimal},
    SystemType{"String", Kind::string},
    SystemType{"Date", Kind::moment, Moment::Kind::date},
    SystemType{"DateTime", Kind::moment, Moment::Kind::date_time},
    SystemType{"Time", Kind::moment, Moment::Kind::time},
    SystemType{"Quantity", Kind::quantity},
    SystemType{"Ratio", Kind::ratio},
    SystemType{"Code", Kind::code},
    SystemType{"Concept", Kind::code_concept},
    SystemType{"Vocabulary", Kind::tuple},
    SystemType{"ValueSet", Kind::tuple},
    SystemType{"CodeSystem", Kind::tuple},
};

bool is_of_system(const Value& value, const Type& type) {
  if (value.kind() != type.kind) return false;
  if (value.is(Kind::moment)) return value.moment().kind == type.moment;
  if (!value.is(Kind::tuple)) return true;
  const Name name = value.tuple().type;
  return name == type.name ||
         (*type.name == "Vocabulary" && name && (*name == "ValueSet" || *name == "CodeSystem"));
}

// Types that R4 does not have are slices of profiles: their elements were found by name.
bool is_of_fhir(const Value& value, const Type& type) {
  if (!value.is(Kind::element)) return false;
  if (type.fhir == nullptr) return true;
  for (const auto* each = value.element().type; each; each = events::fhir::definition(each->base)) {
    if (each == type.fhir) return true;
  }
  return false;
}

// A list or interval is of a type if its first known part is: ELM's types were checked when the
// measure was translated, and lists of mixed types are choices.
bool is_of_part(const Value& part, const Type& type) { return part.is_null() || is_of(part, type); }

}  // namespace

Type named_type(std::string_view qualified) {
  const auto brace = qualified.find('}');
  const auto name = brace == std::string_view::npos ? qualified : qualified.substr(brace + 1);
  Type type;
  type.name = intern(name);
  if (qualified.starts_with("{http://hl7.org/fhir}")) {
    type.form = Type::Form::fhir;
    type.fhir = events::fhir::definition(name);
    return type;
  }
  for (const auto& system : system_types) {
    if (system.name != name) continue;
    type.form = Type::Form::system;
    type.kind = system.kind;
    type.moment = system.moment;
  }
  return type;
}

bool is_of(const Value& value, const Type& type) {
  if (value.is_null()) return false;
  switch (type.form) {
    case Type::Form::any:
      return true;
    case Type::Form::system:
      return is_of_system(value, type);
    case Type::Form::fhir:
      return is_of_fhir(value, type);
    case Type::Form::list:
      return value.is(Kind::list) &&
             std::all_of(value.list().begin(), value.list().end(),
                         [&](const Value& part) { return is_of_part(part, type.parts.front()); });
    case Type::Form::interval:
      return value.is(Kind::interval) && is_of_part(value.interval().low, type.parts.front()) &&
             is_of_part(value.interval().high, type.parts.front());
    case Type::Form::choice:
      return type.parts.empty() ||
             std::any_of(type.parts.begin(), type.parts.end(),
                         [&](const Type& part) { return is_of(value, part); });
    case Type::Form::tuple:
      return value.is(Kind::tuple);
  }
  return false;
}

}  // namespace projections::quality
