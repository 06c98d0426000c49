// Three-valued logic and tests for null (operators.h).
#include "projections/quality/compare.h"
#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

Value implies(const Node&, Arguments a, Frame&) {
  return value_of(either(negated(truth_of(a[0])), truth_of(a[1])));
}
Value xor_(const Node&, Arguments a, Frame&) { return Value(a[0].boolean() != a[1].boolean()); }
Value not_(const Node&, Arguments a, Frame&) { return value_of(negated(truth_of(a[0]))); }
Value is_null(const Node&, Arguments a, Frame&) { return Value(a[0].is_null()); }
Value is_true(const Node&, Arguments a, Frame&) { return Value(a[0].is_true()); }
Value is_false(const Node&, Arguments a, Frame&) { return Value(a[0].is_false()); }

}  // namespace

std::vector<Operator> logic_operators() {
  return {
      {"Implies", {"operand"}, implies, Nulls::are_seen},
      {"Xor", {"operand"}, xor_},
      {"Not", {"operand"}, not_},
      {"IsNull", {"operand"}, is_null, Nulls::are_seen},
      {"IsTrue", {"operand"}, is_true, Nulls::are_seen},
      {"IsFalse", {"operand"}, is_false, Nulls::are_seen},
  };
}

}  // namespace projections::quality
