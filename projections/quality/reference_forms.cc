// Names: aliases, lets, operands, definitions, functions (reader.h).
#include <fmt/format.h>

#include <algorithm>

#include "projections/quality/elm_json.h"
#include "projections/quality/program.h"
#include "projections/quality/property.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;

Value run_slot(const Node& node, Frame& frame) { return frame.slots[node.slot]; }

Result<Node> read_slot(Reader& reader, const json::object& object) {
  const auto name = text(object, "name");
  const auto slot = reader.slot_of(name);
  if (!slot) return reader.malformed(fmt::format("\"{}\" is not known here", name));
  return Node{.run = run_slot, .slot = *slot};
}

Value run_part_of_slot(const Node& node, Frame& frame) {
  return property_of(frame.slots[node.slot], node.name);
}
// In a sort: $this, or an element of it.
Result<Node> read_identifier(Reader& reader, const json::object& object) {
  const auto name = text(object, "name");
  if (reader.slot_of(name)) return read_slot(reader, object);
  const auto self = reader.slot_of("$this");
  if (!self) return reader.malformed(fmt::format("\"{}\" is not known here", name));
  return Node{.run = run_part_of_slot, .slot = *self, .name = intern(name)};
}

// Found once an evaluation.
Value run_definition(const Node& node, Frame& frame) {
  return value_of_definition(frame.evaluation, node.slot);
}
Result<Node> read_expression_ref(Reader& reader, const json::object& object) {
  auto library = reader.library_of(object);
  if (!library) return library.error();
  auto number = reader.definition(*library, text(object, "name"));
  if (!number) return number.error();
  return Node{.run = run_definition, .slot = *number};
}

// As JSON, without what only places it in its text.
std::string type_key(const json::value& specifier) {
  if (!specifier.is_object()) return {};
  const auto& object = specifier.get_object();
  std::string key = std::string(text(object, "name"));
  for (const auto* field : {"elementType", "pointType"}) {
    if (const auto* part = object.if_contains(field))
      key += fmt::format("{}<{}>", field, type_key(*part));
  }
  for (const auto* choice : objects(object, "choice")) key += "|" + type_key(*choice);
  return key;
}

std::vector<std::string> operand_types(const json::object& function) {
  std::vector<std::string> types;
  for (const auto* operand : objects(function, "operand")) {
    const auto* specifier = operand->if_contains("operandTypeSpecifier");
    types.push_back(specifier ? type_key(*specifier) : std::string(text(*operand, "operandType")));
  }
  return types;
}
std::vector<std::string> signature_of(const json::object& reference) {
  std::vector<std::string> types;
  for (const auto* specifier : objects(reference, "signature"))
    types.push_back(type_key(json::value(*specifier)));
  return types;
}

// Of this name and number of operands.
std::vector<const json::object*> functions_named(const json::object* library, std::string_view name,
                                                 std::size_t operands) {
  std::vector<const json::object*> found;
  for (const auto* each : definitions_of(library, "statements")) {
    if (text(*each, "type") == "FunctionDef" && text(*each, "name") == name &&
        objects(*each, "operand").size() == operands) {
      found.push_back(each);
    }
  }
  return found;
}

// Those with the reference's signature, if it has one and any function has it.
std::vector<const json::object*> with_signature(std::vector<const json::object*> functions,
                                                const json::object& reference) {
  const auto wanted = signature_of(reference);
  const auto chosen =
      std::find_if(functions.begin(), functions.end(),
                   [&](const json::object* each) { return operand_types(*each) == wanted; });
  return chosen == functions.end() ? functions : std::vector{*chosen};
}

Result<Overload> read_overload(Reader& reader, const std::string& library,
                               const json::object& function) {
  auto key = library + "\n" + std::string(text(function, "name")) + "(";
  for (const auto& type : operand_types(function)) key += type + ",";
  Overload overload;
  for (const auto* operand : objects(function, "operand")) {
    const auto* specifier = operand->if_contains("operandTypeSpecifier");
    auto type = specifier ? reader.type(*specifier)
                          : Result<Type>(named_type(text(*operand, "operandType")));
    if (!type) return type.error();
    overload.operands.push_back(std::move(*type));
  }
  overload.number = reader.number_of(library, function, key);
  return overload;
}

// The first whose operands fit the values; a null fits any.
Value run_overloaded(const Node& node, Frame& frame) {
  List values;
  for (const auto& operand : node.operands) values.push_back(operand.evaluate(frame));
  if (frame.evaluation.error) return {};
  for (const auto& overload : node.overloads) {
    bool fits = true;
    for (std::size_t i = 0; i < values.size(); ++i)
      fits = fits && (values[i].is_null() || is_of(values[i], overload.operands[i]));
    if (fits) return call_function(overload.number, values, frame);
  }
  return frame.fail("no overload of function " + *node.name + " takes these operands");
}

Value run_function(const Node& node, Frame& frame) {
  List values;
  values.reserve(node.operands.size());
  for (const auto& operand : node.operands) values.push_back(operand.evaluate(frame));
  return call_function(node.slot, values, frame);
}

// One function: known now. Several, and no signature to choose by: chosen by the values.
Result<Node> read_function_ref(Reader& reader, const json::object& object) {
  auto library = reader.library_of(object);
  if (!library) return library.error();
  auto operands = reader.nodes(object.if_contains("operand"));
  if (!operands) return operands.error();
  const auto name = text(object, "name");
  const auto functions = with_signature(
      functions_named(reader.library_json(*library), name, operands->size()), object);
  if (functions.empty())
    return reader.unsupported(
        fmt::format("{} has no function {} of {} operands", *library, name, operands->size()));
  Node node{.run = run_overloaded, .operands = std::move(*operands), .name = intern(name)};
  for (const auto* function : functions) {
    auto overload = read_overload(reader, *library, *function);
    if (!overload) return overload.error();
    node.overloads.push_back(std::move(*overload));
  }
  if (node.overloads.size() > 1) return node;
  node.run = run_function;
  node.slot = node.overloads.front().number;
  return node;
}

}  // namespace

std::vector<Form> reference_forms() {
  return {
      {"AliasRef", read_slot},
      {"QueryLetRef", read_slot},
      {"OperandRef", read_slot},
      {"IdentifierRef", read_identifier},
      {"ExpressionRef", read_expression_ref},
      {"FunctionRef", read_function_ref},
  };
}

}  // namespace projections::quality
