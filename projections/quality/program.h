// ELM libraries, compiled from what is wanted of them, and their evaluation.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "projections/quality/node.h"

namespace projections::quality {

struct Definition;
class Terminology;

// Constant once compiled: read from any thread, each with an Evaluation of its own.
class Program {
 public:
  struct Root {
    std::string library;  // its identifier
    std::string name;
    std::optional<std::size_t> operands{};  // of a function; nothing: a definition
  };
  struct NamedValue {
    std::string_view library;
    std::string_view name;
    events::Result<Value> value;
  };

  // `libraries`: ELM documents, {"library": {…}}; needed while compiling only. `terminology`
  // outlives the program. The error names the ELM node, library, function or value set that is
  // reachable from the roots and not supported;
  // if there are several, all of them.
  static events::Result<Program> compile(std::span<const boost::json::value> libraries,
                                         std::span<const Root> roots,
                                         const Terminology* terminology = nullptr);

  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  // The value of a root, by its place among those compiled. unprocessable: the evaluation ended
  // in an error, such as `singleton from` of two elements.
  events::Result<Value> evaluate(std::size_t root, Evaluation& evaluation) const;
  // The same of a root that is a function.
  events::Result<Value> call(std::size_t root, std::span<const Value> operands,
                             Evaluation& evaluation) const;
  // Every definition that is reachable, by library and name; evaluated now if it was not yet, as
  // where `and` did not need it. Each has an error of its own.
  std::vector<NamedValue> named_values(Evaluation& evaluation) const;
  // Before the first evaluation of one that has a trace.
  void begin(Trace& trace) const;
  // What the value of a root rests on: the resources that were retrieved for it.
  std::unordered_set<const boost::json::value*> retrieved_for(std::size_t root,
                                                              const Trace& trace) const;
  // Before the first evaluation: a parameter's value, in every library that has one of this name.
  void set_parameter(Evaluation& evaluation, std::string_view name, const Value& value) const;

 private:
  Program();
  template <class Run>
  events::Result<Value> guarded(Evaluation& evaluation, const Run& run) const;

  std::vector<Definition> definitions_;
  std::vector<std::size_t> roots_;
};

// For the nodes that refer to definitions and functions.
Value value_of_definition(Evaluation& evaluation, std::size_t number);
Value call_function(std::size_t number, std::span<const Value> operands, Frame& frame);

}  // namespace projections::quality
