// Types, and parts of values (reader.h).
#include <fmt/format.h>

#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/property.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

// ELM has the type as an attribute or as an element.
Result<Type> read_type(Reader& reader, const json::object& object, std::string_view attribute) {
  const auto* specifier = object.if_contains(std::string(attribute) + "Specifier");
  if (specifier == nullptr) specifier = object.if_contains(attribute);
  if (specifier == nullptr) return reader.malformed(fmt::format("no {}", attribute));
  return reader.type(*specifier);
}

// An interval with two null ends gets its point type here.
Value with_point_type(const Value& value, const Type& type) {
  if (!value.is(Kind::interval) || value.interval().uncertain) return value;
  const auto& point = type.parts.front();
  if (value.interval().point == point.kind) return value;
  Interval interval = value.interval();
  interval.point = point.kind;
  interval.moment = point.moment;
  return Value(interval);
}
// `strict` (CQL's cast) is an error where the type does not fit, `as` is null.
Value run_as(const Node& node, Frame& frame) {
  auto value = node.operands[0].evaluate(frame);
  if (value.is_null()) return value;
  if (value.is(Kind::interval) && value.interval().uncertain) return value;
  // NotDoneRecorded and its like are QI-Core's names for a part: no type of R4, but its value.
  if (node.type->form == Type::Form::fhir && node.type->fhir == nullptr) return system_value(value);
  if (is_of(value, *node.type))
    return node.type->form == Type::Form::interval ? with_point_type(value, *node.type) : value;
  return node.slot == 0 ? Value() : frame.fail("a value cast to a type that it is not of");
}
Value run_is(const Node& node, Frame& frame) {
  return Value(is_of(node.operands[0].evaluate(frame), *node.type));
}
Result<Node> read_as(Reader& reader, const json::object& object) {
  auto type = read_type(reader, object, "asType");
  if (!type) return type.error();
  auto node = reader.fields(object, run_as, {"operand"});
  if (!node) return node;
  node->slot = flag(object, "strict", false) ? 1 : 0;
  node->type = std::make_shared<const Type>(std::move(*type));
  return node;
}
Result<Node> read_is(Reader& reader, const json::object& object) {
  auto type = read_type(reader, object, "isType");
  if (!type) return type.error();
  auto node = reader.fields(object, run_is, {"operand"});
  if (node) node->type = std::make_shared<const Type>(std::move(*type));
  return node;
}

// Of the source, or of what `slot` has: an alias, $this.
Value run_property(const Node& node, Frame& frame) {
  Value value = node.operands.empty() ? frame.slots[node.slot] : node.operands[0].evaluate(frame);
  for (const Name name : node.names) value = property_of(value, name);
  return value;
}
Result<Node> read_property(Reader& reader, const json::object& object) {
  Node node{.run = run_property};
  if (object.contains("source")) {
    auto source = reader.node_or_null(object, "source");
    if (!source) return source;
    node.operands.push_back(std::move(*source));
  } else {
    // Translators leave the scope out where it is the alias that was opened last: $this of a sort,
    // and M of `with [Medication] M such that … M.code in …` (cql-execution takes that for null).
    const auto scope = text(object, "scope");
    const auto slot = scope.empty() ? reader.innermost_slot() : reader.slot_of(scope);
    if (!slot) return reader.malformed(fmt::format("\"{}\" is not an alias here", scope));
    node.slot = *slot;
  }
  // Dotted: medication.reference.
  for (auto path = text(object, "path"); !path.empty();) {
    const auto dot = path.find('.');
    node.names.push_back(intern(path.substr(0, dot)));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return node;
}

// Not an operator: the element stays what it is, a FHIR primitive too.
Value run_to_list(const Node& node, Frame& frame) {
  auto value = node.operands[0].evaluate(frame);
  return Value(value.is_null() ? List() : List{std::move(value)});
}
Result<Node> read_to_list(Reader& reader, const json::object& object) {
  return reader.fields(object, run_to_list, {"operand"});
}

}  // namespace

std::vector<Form> type_forms() {
  return {
      {"As", read_as},
      {"Is", read_is},
      {"Property", read_property},
      {"ToList", read_to_list},
  };
}

}  // namespace projections::quality
