#include "projections/quality/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

constexpr int depth_max = 200;  // of nodes in one definition
// By way of other definitions: a node takes a few hundred bytes of the evaluating thread's stack.
constexpr std::size_t nodes_max = 4000;
constexpr std::size_t arguments_max = 5;

// `value`, its DateTimes at the evaluation's offset: which day it is depends on where one asks (CQL
// 1.5, appendix B, Same As; cql-execution takes the left operand's offset instead).
Value at_offset(Value value, std::int16_t zone) {
  if (value.is(Value::Kind::moment)) return Value(in_zone(value.moment(), zone));
  if (!value.is(Value::Kind::interval)) return value;
  Interval interval = value.interval();
  interval.low = at_offset(interval.low, zone);
  interval.high = at_offset(interval.high, zone);
  return Value(std::move(interval));
}
Value operand_value(const Node& node, std::size_t index, Frame& frame) {
  auto value = system_value(node.operands[index].evaluate(frame));
  return node.at_own_offset ? value
                            : at_offset(std::move(value), frame.evaluation.now.zone_minutes);
}

// Evaluates the operands, then the operator; null for a null operand where the operator says so.
// Operators see null where ELM that no translator made has fewer operands than they take, and the
// system's value where a translator took a FHIR primitive for one (Split of a Reference.reference).
Value run_strict(const Node& node, Frame& frame) {
  std::array<Value, arguments_max> values;
  const auto count = node.operands.size();
  for (std::size_t i = 0; i < count; ++i) values[i] = operand_value(node, i, frame);
  if (frame.evaluation.error) return {};
  return node.function(node, values, frame);
}
Value run_null_strict(const Node& node, Frame& frame) {
  std::array<Value, arguments_max> values;
  const auto count = node.operands.size();
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = operand_value(node, i, frame);
    if (values[i].is_null()) return {};
  }
  if (frame.evaluation.error) return {};
  return node.function(node, values, frame);
}
struct Tables {
  std::unordered_map<std::string_view, Operator> operators;
  std::unordered_map<std::string_view, Build> forms;
};

const Tables& tables() {
  static const auto tables = [] {
    Tables made;
    for (const auto& family :
         {logic_operators(), comparison_operators(), arithmetic_operators(), number_operators(),
          string_operators(), moment_operators(), interval_operators(), interval_set_operators(),
          list_operators(), membership_operators(), aggregate_operators(),
          conversion_operators()}) {
      for (const auto& op : family) made.operators.emplace(op.name, op);
    }
    for (const auto& family : {selector_forms(), instance_forms(), moment_forms(), control_forms(),
                               type_forms(), reference_forms(), query_forms(), clinical_forms()}) {
      for (const auto& form : family) made.forms.emplace(form.name, form.build);
    }
    return made;
  }();
  return tables;
}

}  // namespace

std::string Reader::here() const {
  return library_.empty() ? std::string() : fmt::format("{}.\"{}\": ", library_, name_);
}
events::Error Reader::unsupported(std::string what) const {
  return {events::ErrorCode::unsupported, here() + what, {}};
}
events::Error Reader::malformed(std::string what) const { return events::invalid(here() + what); }

events::Result<Node> Reader::node(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return malformed("an expression that is not a JSON object");
  const auto name = text(*object, "type");
  // Forms recurse through here only: one place to keep hostile nesting off the stack.
  if (depth_ == depth_max) return malformed("more than 200 nodes inside each other");
  nesting_ = std::max(nesting_, ++depth_);
  const auto form = tables().forms.find(name);
  auto read = form != tables().forms.end() ? form->second(*this, *object) : operation(*object);
  --depth_;
  if (read) return read;
  problems_.add(read.error());
  return Node{.run = run_constant};
}

events::Result<Node> Reader::operation(const json::object& object) {
  const auto name = text(object, "type");
  const auto op = tables().operators.find(name);
  if (op == tables().operators.end())
    return unsupported(fmt::format("ELM's {} is not supported", name));
  return strict(op->second, object);
}

events::Result<Node> Reader::node_or_null(const json::object& object, std::string_view field) {
  const auto* value = object.if_contains(field);
  if (value != nullptr) return node(*value);
  return Node{.run = run_constant};
}

events::Result<std::vector<Node>> Reader::nodes(const json::value* value) {
  std::vector<Node> read;
  if (value == nullptr) return read;
  const auto add = [&](const json::value& each) -> events::Status {
    auto one = node(each);
    if (!one) return one.error();
    read.push_back(std::move(*one));
    return {};
  };
  if (!value->is_array()) {
    if (auto added = add(*value); !added) return added.error();
    return read;
  }
  for (const auto& each : value->get_array()) {
    if (auto added = add(each); !added) return added.error();
  }
  return read;
}

events::Result<Node> Reader::fields(const json::object& object, Run run,
                                    std::initializer_list<std::string_view> names) {
  Node made{.run = run};
  for (const auto name : names) {
    auto part = node_or_null(object, name);
    if (!part) return part.error();
    made.operands.push_back(std::move(*part));
  }
  return made;
}

events::Result<Node> Reader::strict(const Operator& op, const json::object& object) {
  Node made{.run = op.nulls == Nulls::give_null ? run_null_strict : run_strict,
            .function = op.function};
  for (const auto& field : op.fields) {
    const auto* value = object.if_contains(field);
    auto operands = nodes(value);
    if (!operands) return operands.error();
    if (value == nullptr) operands->push_back(Node{.run = run_constant});
    for (auto& operand : *operands) made.operands.push_back(std::move(operand));
  }
  if (made.operands.size() > arguments_max) return malformed("too many operands");
  if (const auto precision = text(object, "precision"); !precision.empty()) {
    made.precision = parse_precision(precision);
    if (!made.precision) return malformed(fmt::format("\"{}\" is not a precision", precision));
    made.at_own_offset = op.name == "DateTimeComponentFrom";
  }
  for (const auto* field : {"toTypeSpecifier", "toType"}) {
    const auto* specifier = object.if_contains(field);
    if (specifier == nullptr) continue;
    auto target = type(*specifier);
    if (!target) return target.error();
    made.type = std::make_shared<const Type>(std::move(*target));
  }
  return made;
}

std::size_t Reader::declare(std::string_view name) {
  names_.emplace_back(name, slots_);
  return slots_++;
}

std::optional<std::size_t> Reader::slot_of(std::string_view name) const {
  for (auto it = names_.rbegin(); it != names_.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return std::nullopt;
}

std::optional<std::size_t> Reader::innermost_slot() const {
  return names_.empty() ? std::nullopt : std::optional(names_.back().second);
}

const json::object* Reader::library_json(std::string_view name) const {
  const auto found = libraries_.find(name);
  return found == libraries_.end() ? nullptr : found->second;
}

events::Result<std::string> Reader::library_of(const json::object& reference) const {
  const auto local = text(reference, "libraryName");
  if (local.empty()) return library_;
  const auto found = included_in(library_, local);
  if (!found || library_json(*found) == nullptr)
    return unsupported(fmt::format("library {} is not at hand", local));
  return *found;
}

std::optional<std::string> Reader::included_in(std::string_view library,
                                               std::string_view local_name) const {
  for (const auto* include : definitions_of(library_json(library), "includes")) {
    if (text(*include, "localIdentifier") != local_name) continue;
    const auto path = text(*include, "path");
    const auto slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
  }
  return std::nullopt;
}

std::size_t Reader::number_of(const std::string& library, const json::object& definition,
                              const std::string& key) {
  const auto [found, is_new] = numbers_.emplace(key, definitions_.size());
  if (is_new) {
    definitions_.push_back({library, std::string(text(definition, "name"))});
    definitions_.back().is_function = text(definition, "type") == "FunctionDef";
    pending_.push_back({found->second, &definition});
  }
  if (number_) references_.add(*number_, found->second);
  return found->second;
}

const std::vector<const json::object*>& Reader::statements(const std::string& library,
                                                           std::string_view name) {
  static const std::vector<const json::object*> none;
  const auto [place, is_new] = statements_.try_emplace(library);
  auto& by_name = place->second;
  if (is_new) {
    for (const auto* json : definitions_of(library_json(library), "statements"))
      by_name[text(*json, "name")].push_back(json);
  }
  const auto found = by_name.find(name);
  return found == by_name.end() ? none : found->second;
}

events::Result<std::size_t> Reader::definition(const std::string& library, std::string_view name) {
  for (const auto* json : statements(library, name)) {
    if (!json->contains("operand") && text(*json, "type") != "FunctionDef")
      return number_of(library, *json, library + "\n" + std::string(name));
  }
  return malformed(fmt::format("\"{}\" is not defined in library {}", name, library));
}

events::Result<std::size_t> Reader::function(const std::string& library, std::string_view name,
                                             std::size_t operands) {
  for (const auto* json : statements(library, name)) {
    if (text(*json, "type") == "FunctionDef" && objects(*json, "operand").size() == operands)
      return number_of(library, *json, fmt::format("{}\n{}({}", library, name, operands));
  }
  if (operands == 0) return definition(library, name);  // the same to whoever calls it
  return malformed(fmt::format("function \"{}\" of {} operands is not defined in library {}", name,
                               operands, library));
}

events::Status Reader::read_parameter(Definition& target, const json::object& parameter,
                                      const json::value& specifier) {
  auto read_type = type(specifier);
  if (!read_type) return read_type.error();
  target.is_parameter = true;
  target.is_of_dates = read_type->form == Type::Form::interval &&
                       read_type->parts.front().kind == Value::Kind::moment &&
                       read_type->parts.front().moment == Moment::Kind::date;
  auto body = node_or_null(parameter, "default");
  if (!body) return body.error();
  target.body = std::move(*body);
  target.slots = slots_;
  return {};
}

events::Status Reader::read(const Pending& pending) {
  auto& target = definitions_[pending.number];
  library_ = target.library;
  name_ = target.name;
  names_.clear();
  slots_ = 0;
  number_ = pending.number;
  nesting_ = 0;
  if (const auto* operands = pending.json->if_contains("operand");
      operands && operands->is_array()) {
    for (const auto& operand : operands->get_array()) {
      if (operand.is_object()) declare(text(operand.get_object(), "name"));
    }
  }
  if (const auto* specifier = pending.json->if_contains("parameterTypeSpecifier"))
    return read_parameter(target, *pending.json, *specifier);
  const auto* expression = pending.json->if_contains("expression");
  if (expression == nullptr) return unsupported("an external function");
  auto body = node(*expression);
  if (!body) return body.error();
  definitions_[pending.number].body = std::move(*body);
  definitions_[pending.number].slots = slots_;
  return {};
}

void Reader::read_reachable() {
  while (!pending_.empty()) {
    const auto next = pending_.back();
    pending_.pop_back();
    if (auto done = read(next); !done) problems_.add(done.error());
    references_.set_nesting(next.number, nesting_);
  }
  check_references();
}

void Reader::check_references() {
  const auto name_of = [&](std::size_t number) {
    return fmt::format("{}.\"{}\"", definitions_[number].library, definitions_[number].name);
  };
  if (const auto circle = references_.circle()) {
    problems_.add(events::invalid(name_of(*circle) + " refers to itself, by way of others or not"));
  } else if (const auto deep = references_.too_deep(nodes_max)) {
    problems_.add(events::invalid(
        fmt::format("{}: more than {} nodes inside each other", name_of(*deep), nodes_max)));
  }
}

}  // namespace projections::quality
