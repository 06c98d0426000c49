#include "projections/quality/program.h"

#include <algorithm>
#include <boost/json.hpp>

#include "projections/quality/elm_json.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

// The `library` objects by identifier.
std::map<std::string, const json::object*, std::less<>> by_identifier(
    std::span<const json::value> documents) {
  std::map<std::string, const json::object*, std::less<>> libraries;
  for (const auto& document : documents) {
    const auto* object = document.if_object();
    const auto* library = object ? object->if_contains("library") : nullptr;
    if (library == nullptr || !library->is_object()) continue;
    const auto* identifier = library->get_object().if_contains("identifier");
    if (identifier == nullptr || !identifier->is_object()) continue;
    libraries.emplace(text(identifier->get_object(), "id"), &library->get_object());
  }
  return libraries;
}

}  // namespace

Program::Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

events::Result<Program> Program::compile(std::span<const json::value> libraries,
                                         std::span<const Root> roots,
                                         const Terminology* terminology) {
  Reader reader(by_identifier(libraries), terminology);
  Program program;
  for (const auto& root : roots) {
    const auto number = root.operands ? reader.function(root.library, root.name, *root.operands)
                                      : reader.definition(root.library, root.name);
    if (!number) reader.problems().add(number.error());
    program.roots_.push_back(number.value_or(0));
  }
  reader.read_reachable();
  if (auto problem = reader.problems().as_error()) return *problem;
  for (auto& definition : reader.definitions())
    program.definitions_.push_back(std::move(definition));
  return program;
}

template <class Run>
events::Result<Value> Program::guarded(Evaluation& evaluation, const Run& run) const {
  evaluation.program = definitions_;
  evaluation.definitions.resize(definitions_.size());
  try {
    Value value = run();
    if (evaluation.error) return *evaluation.error;
    return value;
  } catch (const std::bad_variant_access&) {
    // Translators check types. ELM that none of them made may give an operator anything.
    return events::unprocessable("an operator was given a value of a type that it does not take");
  }
}

events::Result<Value> Program::evaluate(std::size_t root, Evaluation& evaluation) const {
  return guarded(evaluation, [&] { return value_of_definition(evaluation, roots_[root]); });
}

events::Result<Value> Program::call(std::size_t root, std::span<const Value> operands,
                                    Evaluation& evaluation) const {
  return guarded(evaluation, [&] {
    Frame frame{evaluation, {}};
    return call_function(roots_[root], operands, frame);
  });
}

std::vector<Program::NamedValue> Program::named_values(Evaluation& evaluation) const {
  std::vector<NamedValue> values;
  for (std::size_t i = 0; i < definitions_.size(); ++i) {
    const auto& definition = definitions_[i];
    if (definition.is_function || definition.is_parameter) continue;
    evaluation.error.reset();
    values.push_back({definition.library, definition.name,
                      guarded(evaluation, [&] { return value_of_definition(evaluation, i); })});
  }
  evaluation.error.reset();
  std::sort(values.begin(), values.end(), [](const NamedValue& a, const NamedValue& b) {
    return std::pair(a.library, a.name) < std::pair(b.library, b.name);
  });
  return values;
}

void Program::begin(Trace& trace) const {
  trace.by_definition.resize(definitions_.size() + 1);
  trace.current = definitions_.size();
}

std::unordered_set<const json::value*> Program::retrieved_for(std::size_t root,
                                                              const Trace& trace) const {
  return trace.resources_of(roots_[root]);
}

namespace {

// Of an interval of DateTimes: its dates.
Value as_dates(const Value& value) {
  if (!value.is(Value::Kind::interval)) return value;
  Interval interval = value.interval();
  for (Value* end : {&interval.low, &interval.high}) {
    if (!end->is(Value::Kind::moment)) continue;
    Moment date = truncated(end->moment(), Precision::day);
    date.kind = Moment::Kind::date;
    *end = Value(date);
  }
  return Value(interval);
}

}  // namespace

void Program::set_parameter(Evaluation& evaluation, std::string_view name,
                            const Value& value) const {
  evaluation.definitions.resize(definitions_.size());
  for (std::size_t i = 0; i < definitions_.size(); ++i) {
    const auto& definition = definitions_[i];
    if (!definition.is_parameter || definition.name != name) continue;
    evaluation.definitions[i] = definition.is_of_dates ? as_dates(value) : value;
  }
}

Value value_of_definition(Evaluation& evaluation, std::size_t number) {
  auto* trace = evaluation.trace;
  if (trace) trace->by_definition[trace->current].definitions.insert(number);
  if (const auto& known = evaluation.definitions[number]) return *known;
  const Definition& definition = evaluation.program[number];
  const auto outer = trace ? std::exchange(trace->current, number) : 0;
  std::vector<Value> slots(definition.slots);
  Frame frame{evaluation, slots};
  auto value = definition.body.evaluate(frame);
  if (trace) trace->current = outer;
  if (!evaluation.error) evaluation.definitions[number] = value;
  return value;
}

Value call_function(std::size_t number, std::span<const Value> operands, Frame& frame) {
  if (frame.evaluation.error) return {};
  const Definition& function = frame.evaluation.program[number];
  std::vector<Value> slots(function.slots);
  std::copy(operands.begin(), operands.end(), slots.begin());
  Frame called{frame.evaluation, slots};
  return function.body.evaluate(called);
}

}  // namespace projections::quality
