// ELM's type specifiers, and which values are of a type.
#pragma once

#include <vector>

#include "projections/quality/value.h"

namespace projections::quality {

struct Type {
  enum class Form { any, system, fhir, list, interval, choice, tuple };

  Form form = Form::any;
  Value::Kind kind = Value::Kind::null;           // of a system type
  Moment::Kind moment = Moment::Kind::date_time;  // of a date or time
  Name name = nullptr;                            // "Integer", "Encounter"
  const events::fhir::Type* fhir = nullptr;       // null: R4 has no such type
  std::vector<Type> parts{};                      // element, point, choices
};

// "{urn:hl7-org:elm-types:r1}Integer", "{http://hl7.org/fhir}Encounter"
Type named_type(std::string_view qualified);
// False for null.
bool is_of(const Value& value, const Type& type);

}  // namespace projections::quality
