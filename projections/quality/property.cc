#include "projections/quality/property.h"

#include "projections/quality/fhir_model.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

struct Names {
  Name low = intern("low");
  Name high = intern("high");
  Name low_closed = intern("lowClosed");
  Name high_closed = intern("highClosed");
  Name value = intern("value");
  Name unit = intern("unit");
  Name numerator = intern("numerator");
  Name denominator = intern("denominator");
  Name code = intern("code");
  Name system = intern("system");
  Name version = intern("version");
  Name display = intern("display");
  Name codes = intern("codes");
};
const Names& names() {
  static const Names names;
  return names;
}

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value of_interval(const Interval& interval, Name name) {
  if (name == names().low) return interval.low;
  if (name == names().high) return interval.high;
  if (name == names().low_closed) return Value(interval.low_closed);
  return name == names().high_closed ? Value(interval.high_closed) : Value();
}
Value of_quantity(const Quantity& quantity, Name name) {
  if (name == names().value) return Value(quantity.value);
  return name == names().unit ? Value(quantity.unit) : Value();
}
Value of_ratio(const Ratio& ratio, Name name) {
  if (name == names().numerator) return Value(ratio.numerator);
  return name == names().denominator ? Value(ratio.denominator) : Value();
}
Value of_code(const Code& code, Name name) {
  if (name == names().code) return text_or_null(code.code);
  if (name == names().system) return text_or_null(code.system);
  if (name == names().version) return text_or_null(code.version);
  return name == names().display ? text_or_null(code.display) : Value();
}
Value of_concept(const Concept& coded, Name name) {
  if (name == names().display) return text_or_null(coded.display);
  if (name != names().codes) return {};
  List codes;
  for (const auto& code : coded.codes) codes.emplace_back(code);
  return Value(codes);
}

}  // namespace

Value property_of(const Value& value, Name name) {
  switch (value.kind()) {
    case Kind::tuple: {
      const Value* found = value.tuple().find(name);
      return found ? *found : Value();
    }
    case Kind::interval:
      return of_interval(value.interval(), name);
    case Kind::quantity:
      return of_quantity(value.quantity(), name);
    case Kind::ratio:
      return of_ratio(value.ratio(), name);
    case Kind::code:
      return of_code(value.code(), name);
    case Kind::code_concept:
      return of_concept(value.code_concept(), name);
    case Kind::element:
      return element_property(value.element(), *name);
    // A list: each element's, where the element has one.
    case Kind::list: {
      List found;
      for (const auto& element : value.list()) {
        auto part = property_of(element, name);
        if (!part.is_null()) found.push_back(std::move(part));
      }
      return Value(found);
    }
    default:
      return {};
  }
}

}  // namespace projections::quality
