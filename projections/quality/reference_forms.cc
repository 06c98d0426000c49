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

// Of an include's name; of nothing: this library.
Result<std::string> library_of(Reader& reader, const json::object& object) {
  const auto local = text(object, "libraryName");
  if (local.empty()) return reader.library();
  const auto found = reader.included(local);
  if (!found || reader.library_json(*found) == nullptr)
    return reader.unsupported(fmt::format("library {} is not at hand", local));
  return *found;
}

// Found once an evaluation.
Value run_definition(const Node& node, Frame& frame) {
  return value_of_definition(frame.evaluation, node.slot);
}
Result<Node> read_expression_ref(Reader& reader, const json::object& object) {
  auto library = library_of(reader, object);
  if (!library) return library.error();
  auto number = reader.definition(*library, text(object, "name"));
  if (!number) return number.error();
  return Node{.run = run_definition, .slot = *number};
}

Value run_function(const Node& node, Frame& frame) {
  return call_function(node.slot, node.operands, frame);
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

// Of this name and number of operands; of several the one with the reference's signature. Nothing:
// none, or several that cannot be told apart.
const json::object* find_function(const json::object* library, const json::object& reference,
                                  std::size_t operands) {
  std::vector<const json::object*> found;
  for (const auto* each : definitions_of(library, "statements")) {
    if (text(*each, "type") == "FunctionDef" && text(*each, "name") == text(reference, "name") &&
        objects(*each, "operand").size() == operands) {
      found.push_back(each);
    }
  }
  if (found.size() == 1) return found.front();
  const auto wanted = signature_of(reference);
  const auto chosen = std::find_if(found.begin(), found.end(), [&](const json::object* each) {
    return operand_types(*each) == wanted;
  });
  return chosen == found.end() ? nullptr : *chosen;
}

Result<Node> read_function_ref(Reader& reader, const json::object& object) {
  auto library = library_of(reader, object);
  if (!library) return library.error();
  auto operands = reader.nodes(object.if_contains("operand"));
  if (!operands) return operands.error();
  const auto name = text(object, "name");
  const auto* function = find_function(reader.library_json(*library), object, operands->size());
  if (function == nullptr)
    return reader.unsupported(
        fmt::format("function {} of {} is not there, or not one of its overloads", name, *library));
  auto key = *library + "\n" + std::string(name) + "(";
  for (const auto& type : operand_types(*function)) key += type + ",";
  const auto number = reader.number_of(*library, *function, key);
  return Node{.run = run_function, .operands = std::move(*operands), .slot = number};
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
