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
    auto number = reader.definition(root.library, root.name);
    if (!number) return number.error();
    program.roots_.push_back(*number);
  }
  if (auto read = reader.read_reachable(); !read) return read.error();
  for (auto& definition : reader.definitions())
    program.definitions_.push_back(std::move(definition));
  return program;
}

events::Result<Value> Program::evaluate(std::size_t root, Evaluation& evaluation) const {
  evaluation.program = definitions_;
  evaluation.definitions.resize(definitions_.size());
  try {
    auto value = value_of_definition(evaluation, roots_[root]);
    if (evaluation.error) return *evaluation.error;
    return value;
  } catch (const std::bad_variant_access&) {
    // Translators check types. ELM that none of them made may give an operator anything.
    return events::unprocessable("an operator was given a value of a type that it does not take");
  }
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
  if (const auto& known = evaluation.definitions[number]) return *known;
  const Definition& definition = evaluation.program[number];
  std::vector<Value> slots(definition.slots);
  Frame frame{evaluation, slots};
  auto value = definition.body.evaluate(frame);
  evaluation.definitions[number] = value;
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
