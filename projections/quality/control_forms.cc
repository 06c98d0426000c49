// What does not evaluate all its operands (reader.h).
#include <fmt/format.h>

#include "projections/quality/compare.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

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
  return reader.fields(object, run_if, {"condition", "then", "else"});
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
                  ? reader.fields(object, run_case_of, {"else", "comparand"})
                  : reader.fields(object, run_case, {"else"});
  if (!node) return node;
  for (const auto* item : objects(object, "caseItem")) {
    auto parts = reader.fields(*item, nullptr, {"when", "then"});
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
  return reader.fields(object, run_message, {"source", "condition", "code", "severity", "message"});
}

}  // namespace

std::vector<Form> control_forms() {
  return {
      {"And", read_two<run_and>}, {"Or", read_two<run_or>},    {"If", read_if},
      {"Case", read_case},        {"Coalesce", read_coalesce}, {"Message", read_message},
      {"Negate", read_negate},
  };
}

}  // namespace projections::quality
