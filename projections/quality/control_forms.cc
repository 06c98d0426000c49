// What does not evaluate all its operands, types and parts of values (reader.h).
#include <fmt/format.h>

#include "projections/quality/compare.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/property.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

// The named fields' nodes, in this order; null nodes where ELM has nothing.
Result<Node> read_fields(Reader& reader, const json::object& object, Run run,
                         std::initializer_list<std::string_view> fields) {
  Node node{.run = run};
  for (const auto field : fields) {
    auto part = reader.node_or_null(object, field);
    if (!part) return part.error();
    node.operands.push_back(std::move(*part));
  }
  return node;
}
Result<Node> read_operands(Reader& reader, const json::object& object, Run run) {
  auto operands = reader.nodes(object.if_contains("operand"));
  if (!operands) return operands.error();
  if (operands->empty()) return reader.malformed("an operator without operand");
  return Node{.run = run, .operands = std::move(*operands)};
}

Value run_and(const Node& node, Frame& frame) {
  const auto left = truth_of(node.operands[0].evaluate(frame));
  if (left == false) return Value(false);
  return value_of(both(left, truth_of(node.operands[1].evaluate(frame))));
}
Value run_or(const Node& node, Frame& frame) {
  const auto left = truth_of(node.operands[0].evaluate(frame));
  if (left == true) return Value(true);
  return value_of(either(left, truth_of(node.operands[1].evaluate(frame))));
}
template <Run run>
Result<Node> read_two(Reader& reader, const json::object& object) {
  auto node = read_operands(reader, object, run);
  if (node && node->operands.size() != 2) return reader.malformed("an operator wants two operands");
  return node;
}

Value run_if(const Node& node, Frame& frame) {
  const bool chosen = node.operands[0].evaluate(frame).is_true();
  return node.operands[chosen ? 1 : 2].evaluate(frame);
}
Result<Node> read_if(Reader& reader, const json::object& object) {
  return read_fields(reader, object, run_if, {"condition", "then", "else"});
}

// Operands: else, then each when and then.
Value run_case(const Node& node, Frame& frame) {
  for (std::size_t i = 1; i + 1 < node.operands.size(); i += 2) {
    if (node.operands[i].evaluate(frame).is_true()) return node.operands[i + 1].evaluate(frame);
  }
  return node.operands[0].evaluate(frame);
}
// Operands: else, comparand, then each when and then.
Value run_case_of(const Node& node, Frame& frame) {
  const auto comparand = node.operands[1].evaluate(frame);
  for (std::size_t i = 2; i + 1 < node.operands.size(); i += 2) {
    if (equals(comparand, node.operands[i].evaluate(frame)) == true)
      return node.operands[i + 1].evaluate(frame);
  }
  return node.operands[0].evaluate(frame);
}
Result<Node> read_case(Reader& reader, const json::object& object) {
  auto node = object.contains("comparand")
                  ? read_fields(reader, object, run_case_of, {"else", "comparand"})
                  : read_fields(reader, object, run_case, {"else"});
  if (!node) return node;
  for (const auto* item : objects(object, "caseItem")) {
    auto parts = read_fields(reader, *item, nullptr, {"when", "then"});
    if (!parts) return parts;
    for (auto& part : parts->operands) node->operands.push_back(std::move(part));
  }
  return node;
}

Value run_coalesce(const Node& node, Frame& frame) {
  for (const auto& operand : node.operands) {
    auto value = operand.evaluate(frame);
    if (!value.is_null()) return value;
  }
  return {};
}
// Of one list: its first element that is not null.
Value run_coalesce_list(const Node& node, Frame& frame) {
  auto value = node.operands[0].evaluate(frame);
  if (!value.is(Kind::list)) return value;
  for (const auto& element : value.list()) {
    if (!element.is_null()) return element;
  }
  return {};
}
Result<Node> read_coalesce(Reader& reader, const json::object& object) {
  auto node = read_operands(reader, object, run_coalesce);
  if (node && node->operands.size() == 1) node->run = run_coalesce_list;
  return node;
}

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
  auto node = read_fields(reader, object, run_as, {"operand"});
  if (!node) return node;
  node->slot = flag(object, "strict", false) ? 1 : 0;
  node->type = std::make_shared<const Type>(std::move(*type));
  return node;
}
Result<Node> read_is(Reader& reader, const json::object& object) {
  auto type = read_type(reader, object, "isType");
  if (!type) return type.error();
  auto node = read_fields(reader, object, run_is, {"operand"});
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

// -2147483648 is ELM's Negate of a literal that is an Integer only with its sign.
Result<Node> read_negate(Reader& reader, const json::object& object) {
  const auto* operand = object.if_contains("operand");
  if (operand && operand->is_object() && text(operand->get_object(), "type") == "Literal") {
    json::object literal = operand->get_object();
    literal["value"] = "-" + std::string(text(literal, "value"));
    return reader.node(literal);
  }
  return reader.operation(object);
}

// Not an operator: the element stays what it is, a FHIR primitive too.
Value run_to_list(const Node& node, Frame& frame) {
  auto value = node.operands[0].evaluate(frame);
  return Value(value.is_null() ? List() : List{std::move(value)});
}
Result<Node> read_to_list(Reader& reader, const json::object& object) {
  return read_fields(reader, object, run_to_list, {"operand"});
}

// Severity Error ends the evaluation, others are noted.
Value run_message(const Node& node, Frame& frame) {
  auto source = node.operands[0].evaluate(frame);
  if (!node.operands[1].evaluate(frame).is_true()) return source;
  const auto severity = node.operands[3].evaluate(frame);
  const auto message = node.operands[4].evaluate(frame);
  const auto text = message.is(Kind::string) ? message.string() : std::string();
  const bool is_error = severity.is(Kind::string) && severity.string() == "Error";
  if (is_error && !frame.evaluation.notes_errors) return frame.fail(text);
  frame.evaluation.messages.push_back(text);
  if (is_error) return {};
  return source;
}
Result<Node> read_message(Reader& reader, const json::object& object) {
  return read_fields(reader, object, run_message,
                     {"source", "condition", "code", "severity", "message"});
}

}  // namespace

std::vector<Form> control_forms() {
  return {
      {"And", read_two<run_and>},
      {"Or", read_two<run_or>},
      {"If", read_if},
      {"Case", read_case},
      {"Coalesce", read_coalesce},
      {"As", read_as},
      {"Is", read_is},
      {"Property", read_property},
      {"Message", read_message},
      {"Negate", read_negate},
      {"ToList", read_to_list},
  };
}

}  // namespace projections::quality
