// Equality and order (operators.h).
#include "projections/quality/compare.h"
#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

Value equal(const Node&, Arguments a, Frame&) { return value_of(equals(a[0], a[1])); }
Value not_equal(const Node&, Arguments a, Frame&) { return value_of(negated(equals(a[0], a[1]))); }
Value equivalent_(const Node&, Arguments a, Frame&) { return Value(equivalent(a[0], a[1])); }

template <int wanted>
Value ordered(const Node&, Arguments a, Frame&) {
  return value_of(order_of(a[0], a[1]).is(wanted));
}

}  // namespace

std::vector<Operator> comparison_operators() {
  return {
      {"Equal", {"operand"}, equal},
      {"NotEqual", {"operand"}, not_equal},
      {"Equivalent", {"operand"}, equivalent_, Nulls::are_seen},
      {"Less", {"operand"}, ordered<Order::less>},
      {"LessOrEqual", {"operand"}, ordered<Order::less | Order::equal>},
      {"Greater", {"operand"}, ordered<Order::greater>},
      {"GreaterOrEqual", {"operand"}, ordered<Order::greater | Order::equal>},
  };
}

}  // namespace projections::quality
