// Tuples, and instances of types (reader.h).
#include <array>

#include "projections/quality/elm_json.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

Tuple tuple_of(const Node& node, Frame& frame) {
  Tuple tuple;
  for (std::size_t i = 0; i < node.names.size(); ++i)
    tuple.elements.emplace_back(node.names[i], node.operands[i].evaluate(frame));
  return tuple;
}
Value run_tuple(const Node& node, Frame& frame) { return Value(tuple_of(node, frame)); }

Result<Node> read_elements(Reader& reader, const json::object& object, Run run) {
  Node node{.run = run};
  for (const auto* element : objects(object, "element")) {
    auto value = reader.node_or_null(*element, "value");
    if (!value) return value.error();
    node.names.push_back(intern(text(*element, "name")));
    node.operands.push_back(std::move(*value));
  }
  return node;
}
Result<Node> read_tuple(Reader& reader, const json::object& object) {
  return read_elements(reader, object, run_tuple);
}

std::string string_of(const Tuple& tuple, Name name) {
  const Value* value = tuple.find(name);
  return value && value->is(Kind::string) ? value->string() : std::string();
}

Value quantity_of(const Tuple& tuple) {
  static const Name value_name = intern("value");
  static const Name unit_name = intern("unit");
  const Value* value = tuple.find(value_name);
  if (value == nullptr || !is_number(*value)) return {};
  const auto unit = string_of(tuple, unit_name);
  return Value(Quantity{decimal_of(*value), unit.empty() ? "1" : unit});
}
Value code_of(const Tuple& tuple) {
  static const std::array names{intern("code"), intern("system"), intern("version"),
                                intern("display")};
  return Value(Code{string_of(tuple, names[0]), string_of(tuple, names[1]),
                    string_of(tuple, names[2]), string_of(tuple, names[3])});
}
Value concept_of(const Tuple& tuple) {
  static const Name codes_name = intern("codes");
  static const Name display_name = intern("display");
  Concept coded;
  coded.display = string_of(tuple, display_name);
  const Value* codes = tuple.find(codes_name);
  if (codes && codes->is(Kind::list)) {
    for (const auto& code : codes->list()) {
      if (code.is(Kind::code)) coded.codes.push_back(code.code());
    }
  }
  return Value(coded);
}
Value ratio_of(const Tuple& tuple) {
  static const Name numerator_name = intern("numerator");
  static const Name denominator_name = intern("denominator");
  const Value* numerator = tuple.find(numerator_name);
  const Value* denominator = tuple.find(denominator_name);
  if (!numerator || !denominator || !numerator->is(Kind::quantity) ||
      !denominator->is(Kind::quantity)) {
    return {};
  }
  return Value(Ratio{numerator->quantity(), denominator->quantity()});
}

// Of a system type: its value. Of another: a tuple that knows its type.
Value run_instance(const Node& node, Frame& frame) {
  auto tuple = tuple_of(node, frame);
  switch (node.type->kind) {
    case Kind::quantity:
      return quantity_of(tuple);
    case Kind::code:
      return code_of(tuple);
    case Kind::code_concept:
      return concept_of(tuple);
    case Kind::ratio:
      return ratio_of(tuple);
    default:
      tuple.type = node.type->name;
      return Value(std::move(tuple));
  }
}
Result<Node> read_instance(Reader& reader, const json::object& object) {
  auto node = read_elements(reader, object, run_instance);
  if (node) node->type = std::make_shared<const Type>(named_type(text(object, "classType")));
  return node;
}

}  // namespace

std::vector<Form> instance_forms() { return {{"Tuple", read_tuple}, {"Instance", read_instance}}; }

}  // namespace projections::quality
