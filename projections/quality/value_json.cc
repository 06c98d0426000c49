#include "projections/quality/value_json.h"

#include "events/fhir/definitions.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/literal_text.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using Kind = Value::Kind;

void write_coding(JsonText& out, const Code& code) {
  out.begin_object()
      .optional("system", code.system)
      .optional("version", code.version)
      .member("code", code.code)
      .optional("display", code.display)
      .end_object();
}

void write_quantity(JsonText& out, const Quantity& quantity) {
  out.begin_object()
      .key("value")
      .raw(quantity.value.to_text())
      .member("unit", quantity.unit)
      .end_object();
}

void write_concept(JsonText& out, const Concept& coded) {
  out.begin_object().key("coding").begin_array();
  for (const auto& code : coded.codes) write_coding(out, code);
  out.end_array().optional("text", coded.display).end_object();
}

void write_interval(JsonText& out, const Interval& interval) {
  out.begin_object().key("low");
  write_value(out, interval.low);
  out.key("lowClosed").raw(interval.low_closed ? "true" : "false").key("high");
  write_value(out, interval.high);
  out.key("highClosed").raw(interval.high_closed ? "true" : "false").end_object();
}

void write_tuple(JsonText& out, const Tuple& tuple) {
  out.begin_object();
  for (const auto& [name, value] : tuple.elements) {
    out.key(*name);
    write_value(out, value);
  }
  out.end_object();
}

void write_element(JsonText& out, const Element& element) {
  const auto reference = resource_reference(element);
  if (reference.empty())
    out.raw(json::serialize(*element.json));
  else
    out.begin_object().member("reference", reference).end_object();
}

const Code* code_inside(const Value& value) {
  if (value.is(Kind::code)) return &value.code();
  if (value.is(Kind::code_concept) && !value.code_concept().codes.empty())
    return &value.code_concept().codes.front();
  return nullptr;
}

// All that a list or tuple has inside: supplemental data's races come so.
void add_codes(const Value& value, std::vector<Code>& codes) {
  if (value.is(Kind::list)) {
    for (const auto& each : value.list()) add_codes(each, codes);
  } else if (value.is(Kind::tuple)) {
    for (const auto& element : value.tuple().elements) add_codes(element.second, codes);
  } else if (const auto* inner = code_inside(value)) {
    codes.push_back(*inner);
  } else if (value.is(Kind::element)) {
    any_coding(value, [&](std::string_view system, std::string_view code) {
      if (!code.empty()) codes.push_back({std::string(code), std::string(system), {}, {}});
      return false;
    });
  }
}

std::string_view value_field(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "valueBoolean";
    case Kind::integer:
      return "valueInteger";
    case Kind::quantity:
    case Kind::decimal:
      return "valueQuantity";
    case Kind::moment:
      return "valueDateTime";
    default:
      return "valueString";
  }
}

}  // namespace

std::string resource_reference(const Element& element) {
  const auto* object = element.json->if_object();
  if (object == nullptr) return {};
  const auto type = text(*object, "resourceType");
  const auto id = text(*object, "id");
  if (type.empty() || id.empty()) return {};
  return std::string(type) + "/" + std::string(id);
}

void write_value(JsonText& out, const Value& value) {
  switch (value.kind()) {
    case Kind::null:
      out.raw("null");
      break;
    case Kind::boolean:
    case Kind::integer:
    case Kind::decimal:
      out.raw(literal_text(value));
      break;
    case Kind::string:
      out.string(value.string());
      break;
    case Kind::moment:
      out.string(to_text(value.moment()));
      break;
    case Kind::quantity:
      write_quantity(out, value.quantity());
      break;
    case Kind::code:
      write_coding(out, value.code());
      break;
    case Kind::code_concept:
      write_concept(out, value.code_concept());
      break;
    case Kind::interval:
      write_interval(out, value.interval());
      break;
    case Kind::list:
      out.begin_array();
      for (const auto& each : value.list()) write_value(out, each);
      out.end_array();
      break;
    case Kind::tuple:
      write_tuple(out, value.tuple());
      break;
    case Kind::element:
      write_element(out, value.element());
      break;
    default:  // long integers and ratios have no JSON of their own
      out.string(literal_text(value));
  }
}

bool write_observation_value(JsonText& out, const Value& given) {
  const auto value = system_value(given);
  if (value.is_null() || (value.is(Kind::list) && value.list().empty())) return false;
  Concept coded;
  add_codes(value, coded.codes);
  if (!coded.codes.empty()) {
    out.key("valueCodeableConcept");
    write_concept(out, coded);
    return true;
  }
  out.key(value_field(value.kind()));
  if (value.is(Kind::decimal)) {
    out.begin_object().key("value").raw(value.decimal().to_text()).end_object();
  } else if (value_field(value.kind()) != "valueString") {
    write_value(out, value);
  } else if (value.is(Kind::string)) {
    out.string(value.string());
  } else {
    JsonText inner;
    write_value(inner, value);
    out.string(std::move(inner).take());
  }
  return true;
}

}  // namespace projections::quality
