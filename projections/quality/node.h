// ELM, compiled: each node knows the function that runs it, its operands and what else was fixed
// when it was read. Nothing is looked up by name while evaluating.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/result.h"
#include "projections/quality/trace.h"
#include "projections/quality/type.h"
#include "projections/quality/value.h"

namespace projections::quality {

struct Node;
struct Query;
struct Definition;
class Record;
class ValueSetCodes;

// What one evaluation shares.
struct Evaluation {
  Moment now = min_moment(Moment::Kind::date_time);  // its offset is that of DateTimes without one
  const Record* record = nullptr;                    // none: every retrieve is empty
  // Message of severity Error makes its own value null and is noted, so that one odd quantity does
  // not take the patient out of the measure. Else it ends the evaluation.
  bool notes_errors = false;
  std::span<const Definition> program{};
  std::vector<std::optional<Value>> definitions{};  // values found so far, by number
  std::vector<std::string> messages{};              // of Message, below severity Error
  Trace* trace = nullptr;                           // null: nobody asks what was retrieved
  // The first error. What is computed after it is null and thrown away by Program::evaluate.
  std::optional<events::Error> error{};
};

// What one definition or function call sees.
struct Frame {
  Evaluation& evaluation;
  std::span<Value> slots;  // aliases, lets, operands

  Value fail(std::string message) const {
    if (!evaluation.error) evaluation.error = events::unprocessable(std::move(message));
    return {};
  }
};

using Arguments = std::span<const Value>;

// That these made a value which does not have them (Trace::decisive), where somebody asks.
inline void note_decisive(Frame& frame, std::span<const Value> values) {
  if (frame.evaluation.trace == nullptr) return;
  for (const auto& value : values) {
    if (value.is(Value::Kind::element))
      frame.evaluation.trace->decisive.insert(value.element().json);
  }
}
using Run = Value (*)(const Node&, Frame&);
// An operator whose operands are all evaluated first.
using Function = Value (*)(const Node&, Arguments, Frame&);

// One of several functions of a name.
struct Overload {
  std::size_t number = 0;  // its definition
  std::vector<Type> operands{};
};

struct Node {
  Run run = nullptr;
  Function function = nullptr;
  std::vector<Node> operands{};
  Value constant{};
  std::optional<Precision> precision{};
  bool at_own_offset = true;  // else DateTimes are seen at the evaluation's offset
  std::size_t slot = 0;       // or the number of a definition
  Name name = nullptr;
  std::vector<Name> names{};  // of a tuple's elements
  std::shared_ptr<const Type> type{};
  std::shared_ptr<const Query> query{};
  std::vector<Overload> overloads{};  // to choose from when called
  const ValueSetCodes* value_set = nullptr;

  Value evaluate(Frame& frame) const { return run(*this, frame); }
  // Null by `as List<…>`: some operators answer differently for null lists and null intervals.
  bool is_list() const { return type && type->form == Type::Form::list; }
};

inline Value run_constant(const Node& node, Frame&) { return node.constant; }

// Operands that are not given in ELM are null.
enum class Nulls { give_null, are_seen };
struct Operator {
  std::string_view name;
  std::vector<std::string_view> fields;  // ELM's, in the order of the arguments
  Function function;
  Nulls nulls = Nulls::give_null;
};

}  // namespace projections::quality
