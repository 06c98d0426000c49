// Terminology, parameters and what is retrieved of a patient (reader.h).
#include <fmt/format.h>

#include <algorithm>

#include "events/fhir/definitions.h"
#include "projections/quality/compare.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/program.h"
#include "projections/quality/reader.h"
#include "projections/quality/record.h"
#include "projections/quality/terminology.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

// What `section` of the library that `reference` names calls so.
struct Found {
  std::string library;
  const json::object* json = nullptr;
};
Result<Found> find_named(Reader& reader, const json::object& reference, std::string_view section) {
  auto library = reader.library_of(reference);
  if (!library) return library.error();
  for (const auto* each : definitions_of(reader.library_json(*library), section)) {
    if (text(*each, "name") == text(reference, "name")) return Found{*library, each};
  }
  return reader.malformed(
      fmt::format("\"{}\" is not one of {}'s {}", text(reference, "name"), *library, section));
}

// A value set is known when the measure is loaded, or the measure is not.
Result<Node> read_value_set_ref(Reader& reader, const json::object& object) {
  auto found = find_named(reader, object, "valueSets");
  if (!found) return found.error();
  const auto url = text(*found->json, "id");
  const auto* set = reader.terminology() ? reader.terminology()->find(url) : nullptr;
  if (set == nullptr)
    return reader.unsupported(fmt::format("value set {} is not at hand, or has no expansion", url));
  const auto version = text(*found->json, "version");
  if (!version.empty() && !set->version().empty() && version != set->version())
    return reader.unsupported(
        fmt::format("value set {} is at hand as version {}, not {}", url, set->version(), version));
  Tuple tuple;
  tuple.type = intern("ValueSet");
  tuple.elements.emplace_back(intern("id"), Value(std::string(url)));
  return Node{.run = run_constant, .constant = Value(std::move(tuple)), .value_set = set};
}

Result<Code> read_code(Reader& reader, const json::object& reference) {
  auto found = find_named(reader, reference, "codes");
  if (!found) return found.error();
  Code code{
      std::string(text(*found->json, "id")), {}, {}, std::string(text(*found->json, "display"))};
  const auto* system = found->json->if_contains("codeSystem");
  if (system == nullptr || !system->is_object()) return code;
  const auto name = text(system->get_object(), "name");
  auto library = found->library;
  if (!text(system->get_object(), "libraryName").empty())
    library = reader.included_in(library, text(system->get_object(), "libraryName")).value_or("");
  for (const auto* each : definitions_of(reader.library_json(library), "codeSystems")) {
    if (text(*each, "name") == name) code.system = text(*each, "id");
  }
  return code;
}
Result<Node> read_code_ref(Reader& reader, const json::object& object) {
  auto code = read_code(reader, object);
  if (!code) return code.error();
  return Node{.run = run_constant, .constant = Value(std::move(*code))};
}
Result<Node> read_concept_ref(Reader& reader, const json::object& object) {
  auto found = find_named(reader, object, "concepts");
  if (!found) return found.error();
  Concept coded;
  coded.display = text(*found->json, "display");
  for (const auto* reference : objects(*found->json, "code")) {
    auto code = read_code(reader, *reference);
    if (!code) return code.error();
    coded.codes.push_back(std::move(*code));
  }
  return Node{.run = run_constant, .constant = Value(std::move(coded))};
}

bool is_member(const Value& value, const ValueSetCodes& set) {
  const auto has = [&](const Code& code) { return set.has(code.system, code.code); };
  switch (value.kind()) {
    case Kind::code:
      return has(value.code());
    case Kind::code_concept:
      return std::any_of(value.code_concept().codes.begin(), value.code_concept().codes.end(), has);
    case Kind::list:
      return std::any_of(value.list().begin(), value.list().end(),
                         [&](const Value& each) { return is_member(each, set); });
    default:
      return false;
  }
}
// No code is in no set.
Value run_in_value_set(const Node& node, Frame& frame) {
  return Value(is_member(node.operands[0].evaluate(frame), *node.value_set));
}
template <const char* const& field>
Result<Node> read_in_value_set(Reader& reader, const json::object& object) {
  const auto* reference = object.if_contains("valueset");
  if (reference == nullptr || !reference->is_object())
    return reader.unsupported("a value set that is computed");
  auto set = read_value_set_ref(reader, reference->get_object());
  if (!set) return set;
  auto code = reader.node_or_null(object, field);
  if (!code) return code;
  Node node{.run = run_in_value_set, .value_set = set->value_set};
  node.operands.push_back(std::move(*code));
  return node;
}
constexpr const char* code_field = "code";
constexpr const char* codes_field = "codes";

// Of a library's parameter: what the evaluation was given, else its default.
Value run_parameter(const Node& node, Frame& frame) {
  return value_of_definition(frame.evaluation, node.slot);
}
Result<Node> read_parameter_ref(Reader& reader, const json::object& object) {
  auto found = find_named(reader, object, "parameters");
  if (!found) return found.error();
  const auto key = found->library + "\nparameter " + std::string(text(object, "name"));
  return Node{.run = run_parameter, .slot = reader.number_of(found->library, *found->json, key)};
}

// "Everything of this value set was not done" (QI-Core, extension notDoneValueSet).
bool names_value_set(const Value& coded, const ValueSetCodes& set) {
  if (!coded.is(Kind::element) || !coded.element().json->is_object()) return false;
  for (const auto* extension : objects(coded.element().json->get_object(), "extension")) {
    const bool is_not_done = text(*extension, "url").ends_with("qicore-notDoneValueSet");
    const auto url = text(*extension, "valueCanonical");
    if (is_not_done && url.substr(0, url.find('|')) == set.url()) return true;
  }
  return false;
}

bool has_one_of(const Value& coded, const Value& codes) {
  if (!codes.is(Kind::list)) return false;
  return std::any_of(codes.list().begin(), codes.list().end(), [&](const Value& wanted) {
    return wanted.is(Kind::code) &&
           any_coding(coded, [&](std::string_view system, std::string_view code) {
             return code == wanted.code().code && system == wanted.code().system;
           });
  });
}

// operands: the codes, if there is a filter; name: templateId; names: the property that has codes.
Value run_retrieve(const Node& node, Frame& frame) {
  if (frame.evaluation.record == nullptr) return Value(List());
  const bool filtered = !node.operands.empty();
  const auto* set = filtered ? node.operands[0].value_set : nullptr;
  const Value codes = filtered && !set ? node.operands[0].evaluate(frame) : Value();
  List found;
  for (const auto& resource : frame.evaluation.record->of(node.type->fhir)) {
    if (!fits_profile(resource.element(), *node.name)) continue;
    if (filtered) {
      const auto coded = element_property(resource.element(), *node.names[0]);
      const auto in_set = [&](std::string_view system, std::string_view code) {
        return set->has(system, code);
      };
      const bool fits = set ? any_coding(coded, in_set) || names_value_set(coded, *set)
                            : has_one_of(coded, codes);
      if (!fits) continue;
    }
    found.push_back(resource);
  }
  if (auto* trace = frame.evaluation.trace) {
    for (const auto& each : found)
      trace->by_definition[trace->current].resources.insert(each.element().json);
  }
  return Value(std::move(found));
}
Result<Node> read_retrieve(Reader& reader, const json::object& object) {
  auto type = named_type(text(object, "dataType"));
  if (type.fhir == nullptr)
    return reader.unsupported(fmt::format("R4 has no type {}", text(object, "dataType")));
  for (const auto* field : {"dateRange", "context", "idProperty"}) {
    if (object.contains(field)) return reader.unsupported(fmt::format("Retrieve with {}", field));
  }
  Node node{.run = run_retrieve, .name = intern(text(object, "templateId"))};
  node.type = std::make_shared<const Type>(std::move(type));
  if (!object.contains("codes")) return node;
  auto codes = reader.node_or_null(object, "codes");
  if (!codes) return codes;
  node.operands.push_back(std::move(*codes));
  node.names.push_back(intern(text(object, "codeProperty")));
  return node;
}

}  // namespace

std::vector<Form> clinical_forms() {
  return {
      {"ValueSetRef", read_value_set_ref},
      {"CodeRef", read_code_ref},
      {"ConceptRef", read_concept_ref},
      {"InValueSet", read_in_value_set<code_field>},
      {"AnyInValueSet", read_in_value_set<codes_field>},
      {"ParameterRef", read_parameter_ref},
      {"Retrieve", read_retrieve},
  };
}

}  // namespace projections::quality
