// Sums, products and their inverses of numbers, quantities, uncertain numbers; dates and times plus
// quantities (operators.h). What overflows is null (CQL 1.5, appendix B, Arithmetic Operators).
#include "projections/quality/compare.h"
#include "projections/quality/operators.h"
#include "projections/quality/units.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;
using Combine = std::optional<Decimal> (*)(Decimal, Decimal);

std::optional<Decimal> subtract(Decimal a, Decimal b) { return Decimal::add(a, -b); }

// Whole numbers go through Decimals and back: 10^28 holds all of Long.
Value whole(Kind kind, const std::optional<Decimal>& result) {
  if (!result) return {};
  const Int128 number = result->units() / Decimal::one;
  if (kind == Kind::integer) {
    const auto integer = static_cast<std::int32_t>(number);
    return integer == number ? Value(integer) : Value();
  }
  const auto integer = static_cast<std::int64_t>(number);
  return integer == number ? Value(integer) : Value();
}

Value combined(const Value& a, const Value& b, Combine combine) {
  const auto result = combine(decimal_of(a), decimal_of(b));
  if (a.is(Kind::decimal) || b.is(Kind::decimal)) return Value::of(result);
  const bool both_integers = a.is(Kind::integer) && b.is(Kind::integer);
  return whole(both_integers ? Kind::integer : Kind::long_integer, result);
}

Value low_of(const Value& value) { return is_uncertain(value) ? value.interval().low : value; }
Value high_of(const Value& value) { return is_uncertain(value) ? value.interval().high : value; }

Value between(Value low, Value high) {
  Interval result;
  result.low = std::move(low);
  result.high = std::move(high);
  result.uncertain = true;
  return Value(result);
}

// Of a product the ends may be any pair's; of a sum they are low with low and high with high.
Value combined_uncertain(const Value& a, const Value& b, Combine combine) {
  Value least;
  Value most;
  for (const auto& x : {low_of(a), high_of(a)}) {
    for (const auto& y : {low_of(b), high_of(b)}) {
      const Value result = combined(x, y, combine);
      if (result.is_null()) return {};
      if (least.is_null() || decimal_of(result) < decimal_of(least)) least = result;
      if (most.is_null() || decimal_of(result) > decimal_of(most)) most = result;
    }
  }
  return between(least, most);
}

// In the first's unit.
Value combined_quantities(const Quantity& a, const Quantity& b, Combine combine) {
  const auto value = value_in(b, a.unit);
  if (!value) return {};
  const auto result = combine(a.value, *value);
  return result ? Value(Quantity{*result, a.unit}) : Value();
}

Value moved(const Moment& moment, const Quantity& by, int direction, Frame& frame) {
  const auto unit = time_unit(by.unit);
  if (!unit)
    return frame.fail("'" + by.unit + "' is not a unit of time that a date can be moved by");
  const auto amount = Decimal::multiply(by.value, Decimal(direction * 1000));
  const auto result = amount ? plus(moment, amount->whole(), *unit) : std::nullopt;
  return result ? Value(*result) : frame.fail("a date or time outside years 1 to 9999");
}

Value linear(Arguments a, Frame& frame, int direction, Combine combine) {
  if (a[0].is(Kind::moment) && a[1].is(Kind::quantity))
    return moved(a[0].moment(), a[1].quantity(), direction, frame);
  if (is_uncertain(a[0]) || is_uncertain(a[1])) return combined_uncertain(a[0], a[1], combine);
  if (a[0].is(Kind::quantity) && a[1].is(Kind::quantity))
    return combined_quantities(a[0].quantity(), a[1].quantity(), combine);
  if (is_number(a[0]) && is_number(a[1])) return combined(a[0], a[1], combine);
  return frame.fail("a sum of things that are not numbers");
}

Value add(const Node&, Arguments a, Frame& frame) {
  if (a[0].is(Kind::string) && a[1].is(Kind::string)) return Value(a[0].string() + a[1].string());
  return linear(a, frame, 1, Decimal::add);
}
Value minus(const Node&, Arguments a, Frame& frame) { return linear(a, frame, -1, subtract); }

Quantity quantity_of(const Value& value) {
  return value.is(Kind::quantity) ? value.quantity() : Quantity{decimal_of(value), "1"};
}
bool is_measure(const Value& value) { return is_number(value) || value.is(Kind::quantity); }

Value scaled(Arguments a, Combine combine,
             std::string (*unit)(const std::string&, const std::string&)) {
  const auto left = quantity_of(a[0]);
  auto right = quantity_of(a[1]);
  // mg/(g) of one dimension is a pure number: convert before dividing.
  if (const auto value = value_in(right, left.unit); value && unit == quotient_unit)
    right = {*value, left.unit};
  const auto result = combine(left.value, right.value);
  return result ? Value(Quantity{*result, unit(left.unit, right.unit)}) : Value();
}

Value multiply(const Node&, Arguments a, Frame& frame) {
  if (is_uncertain(a[0]) || is_uncertain(a[1]))
    return combined_uncertain(a[0], a[1], Decimal::multiply);
  if (!is_measure(a[0]) || !is_measure(a[1])) return frame.fail("a product of no numbers");
  if (is_number(a[0]) && is_number(a[1])) return combined(a[0], a[1], Decimal::multiply);
  return scaled(a, Decimal::multiply, product_unit);
}

Value divide(const Node&, Arguments a, Frame& frame) {
  if (!is_measure(a[0]) || !is_measure(a[1])) return frame.fail("a quotient of no numbers");
  if (is_number(a[0]) && is_number(a[1]))
    return Value::of(Decimal::divide(decimal_of(a[0]), decimal_of(a[1])));
  return scaled(a, Decimal::divide, quotient_unit);
}

// The quotient's unit is the dividend's, as the specification's tests have it.
template <std::optional<Decimal> (*combine)(Decimal, Decimal)>
Value whole_quotient(const Node&, Arguments a, Frame& frame) {
  if (!is_measure(a[0]) || !is_measure(a[1])) return frame.fail("a quotient of no numbers");
  if (a[0].is(Kind::quantity) && a[1].is(Kind::quantity))
    return combined_quantities(a[0].quantity(), a[1].quantity(), combine);
  return combined(a[0], a[1], combine);
}

Value negate(const Node&, Arguments a, Frame& frame) {
  const Value& value = a[0];
  if (value.is(Kind::decimal)) return Value(-value.decimal());
  if (value.is(Kind::quantity))
    return Value(Quantity{-value.quantity().value, value.quantity().unit});
  if (is_number(value)) return whole(value.kind(), -decimal_of(value));
  return frame.fail("the negative of no number");
}

}  // namespace

std::vector<Operator> arithmetic_operators() {
  return {
      {"Add", {"operand"}, add},
      {"Subtract", {"operand"}, minus},
      {"Multiply", {"operand"}, multiply},
      {"Divide", {"operand"}, divide},
      {"TruncatedDivide", {"operand"}, whole_quotient<Decimal::truncated_divide>},
      {"Modulo", {"operand"}, whole_quotient<Decimal::modulo>},
      {"Negate", {"operand"}, negate},
  };
}

}  // namespace projections::quality
