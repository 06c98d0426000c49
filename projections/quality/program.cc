#include "projections/quality/program.h"

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
                                         std::span<const Root> roots) {
  Reader reader(by_identifier(libraries));
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

Value value_of_definition(Evaluation& evaluation, std::size_t number) {
  if (const auto& known = evaluation.definitions[number]) return *known;
  const Definition& definition = evaluation.program[number];
  std::vector<Value> slots(definition.slots);
  Frame frame{evaluation, slots};
  auto value = definition.body.evaluate(frame);
  evaluation.definitions[number] = value;
  return value;
}

Value call_function(std::size_t number, std::span<const Node> operands, Frame& frame) {
  const Definition& function = frame.evaluation.program[number];
  std::vector<Value> slots(function.slots);
  for (std::size_t i = 0; i < operands.size(); ++i) slots[i] = operands[i].evaluate(frame);
  if (frame.evaluation.error) return {};
  Frame called{frame.evaluation, slots};
  return function.body.evaluate(called);
}

}  // namespace projections::quality
