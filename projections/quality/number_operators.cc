// Rounding, powers, boundaries, successors (operators.h).
#include <algorithm>
#include <cmath>
#include <limits>

#include "projections/quality/operators.h"
#include "projections/quality/points.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

Value abs(const Node&, Arguments a, Frame& frame) {
  const Value& value = a[0];
  const auto positive = [](const Decimal& decimal) {
    return decimal < Decimal(0) ? -decimal : decimal;
  };
  if (value.is(Kind::integer)) {
    if (value.integer() == std::numeric_limits<std::int32_t>::min()) return {};
    return Value(std::abs(value.integer()));
  }
  if (value.is(Kind::long_integer)) {
    if (value.long_integer() == std::numeric_limits<std::int64_t>::min()) return {};
    return Value(std::int64_t{std::abs(value.long_integer())});
  }
  if (value.is(Kind::decimal)) return Value(positive(value.decimal()));
  if (value.is(Kind::quantity))
    return Value(Quantity{positive(value.quantity().value), value.quantity().unit});
  return frame.fail("the absolute value of no number");
}

// An Integer, or null beyond its range.
Value integer_of(const Decimal& decimal) {
  const auto whole = decimal.whole();
  const auto integer = static_cast<std::int32_t>(whole);
  return integer == whole ? Value(integer) : Value();
}

Value ceiling(const Node&, Arguments a, Frame&) { return integer_of(decimal_of(a[0]).ceiling()); }
Value floor(const Node&, Arguments a, Frame&) { return integer_of(decimal_of(a[0]).floor()); }
Value truncate(const Node&, Arguments a, Frame&) { return integer_of(decimal_of(a[0])); }

Value round(const Node&, Arguments a, Frame&) {
  if (a[0].is_null()) return {};
  return Value(decimal_of(a[0]).rounded(a[1].is(Kind::integer) ? a[1].integer() : 0));
}

Value exp(const Node&, Arguments a, Frame& frame) {
  const auto result = Decimal::of_double(std::exp(decimal_of(a[0]).to_double()));
  return result ? Value(*result) : frame.fail("Exp beyond the range of Decimal");
}
Value ln(const Node&, Arguments a, Frame& frame) {
  const auto value = decimal_of(a[0]);
  if (value.is_zero()) return frame.fail("Ln of zero");
  return Value::of(Decimal::of_double(std::log(value.to_double())));  // of a negative: null
}
Value log(const Node&, Arguments a, Frame&) {
  const auto value = decimal_of(a[0]).to_double();
  const auto base = decimal_of(a[1]).to_double();
  return Value::of(Decimal::of_double(std::log(value) / std::log(base)));
}

std::optional<Decimal> whole_power(Decimal base, std::int64_t exponent) {
  std::optional<Decimal> power = Decimal(1);
  for (; exponent > 0 && power; exponent /= 2) {
    if (exponent % 2 == 1) power = Decimal::multiply(*power, base);
    const auto square = Decimal::multiply(base, base);
    if (!square && exponent > 1) return std::nullopt;
    base = square.value_or(base);
  }
  return power;
}

// A negative exponent of whole numbers gives a Decimal.
Value power(const Node&, Arguments a, Frame&) {
  const auto base = decimal_of(a[0]);
  const auto exponent = decimal_of(a[1]);
  const bool is_whole = exponent == exponent.floor();
  if (!is_whole)
    return Value::of(Decimal::of_double(std::pow(base.to_double(), exponent.to_double())));
  const auto size = whole_power(base, std::abs(exponent.whole()));
  if (!size) return {};
  if (exponent < Decimal(0)) return Value::of(Decimal::divide(Decimal(1), *size));
  if (a[0].is(Kind::integer) && a[1].is(Kind::integer)) return integer_of(*size);
  if (a[0].is(Kind::decimal) || a[1].is(Kind::decimal)) return Value(*size);
  return *size == Decimal(size->whole()) ? Value(size->whole()) : Value();
}

Value successor_(const Node&, Arguments a, Frame& frame) {
  bool overflow = false;
  auto next = successor(a[0], overflow);
  return overflow ? frame.fail("there is no successor of the greatest value") : next;
}
Value predecessor_(const Node&, Arguments a, Frame& frame) {
  bool overflow = false;
  auto next = predecessor(a[0], overflow);
  return overflow ? frame.fail("there is no predecessor of the least value") : next;
}

// Digits that a precision shows: 4 for a year, 17 for milliseconds; a Time's from its hour.
int digits_of(const Moment& moment, Precision precision) {
  constexpr std::array digits{4, 6, 8, 10, 12, 14, 17};
  return digits[static_cast<std::size_t>(precision)] - (moment.kind == Moment::Kind::time ? 8 : 0);
}

Value precision(const Node&, Arguments a, Frame& frame) {
  if (a[0].is(Kind::decimal)) return Value(a[0].decimal().places());
  if (a[0].is(Kind::moment)) return Value(digits_of(a[0].moment(), a[0].moment().precision));
  return frame.fail("Precision is of a Decimal, a date or a time");
}

Value moment_boundary(const Moment& moment, const Value& digits, bool high) {
  const Moment exact = high ? latest(moment) : earliest(moment);
  if (digits.is_null()) return Value(exact);
  for (int i = 0; i <= static_cast<int>(exact.precision); ++i) {
    const auto precision = static_cast<Precision>(i);
    if (digits_of(exact, precision) == digits.integer()) return Value(truncated(exact, precision));
  }
  return {};
}

// 1.587 can be anything from 1.58700000 to 1.58799999; below zero the ends change sides.
Value decimal_boundary(const Decimal& decimal, const Value& digits, bool high) {
  const int places = digits.is_null() ? Decimal::places_max : digits.integer();
  if (places < 0 || places > Decimal::places_max) return {};
  Int128 step = 1;
  for (int i = decimal.places(); i < Decimal::places_max; ++i) step *= 10;
  const bool negative = decimal < Decimal(0);
  const Int128 outward = high == negative ? 0 : step - 1;
  Int128 unit = 1;
  for (int i = places; i < Decimal::places_max; ++i) unit *= 10;
  const auto units = decimal.units() + (negative ? -outward : outward);
  return Value(Decimal::of_units(units / unit * unit, places));
}

Value boundary(Arguments a, Frame& frame, bool high) {
  if (a[0].is_null()) return {};
  if (a[0].is(Kind::moment)) return moment_boundary(a[0].moment(), a[1], high);
  if (is_number(a[0])) return decimal_boundary(decimal_of(a[0]), a[1], high);
  return frame.fail("a boundary is of a Decimal, a date or a time");
}
Value high_boundary(const Node&, Arguments a, Frame& frame) { return boundary(a, frame, true); }
Value low_boundary(const Node&, Arguments a, Frame& frame) { return boundary(a, frame, false); }

}  // namespace

std::vector<Operator> number_operators() {
  return {
      {"Abs", {"operand"}, abs},
      {"Ceiling", {"operand"}, ceiling},
      {"Floor", {"operand"}, floor},
      {"Truncate", {"operand"}, truncate},
      {"Round", {"operand", "precision"}, round, Nulls::are_seen},
      {"Exp", {"operand"}, exp},
      {"Ln", {"operand"}, ln},
      {"Log", {"operand"}, log},
      {"Power", {"operand"}, power},
      {"Successor", {"operand"}, successor_},
      {"Predecessor", {"operand"}, predecessor_},
      {"Precision", {"operand"}, precision},
      {"HighBoundary", {"operand"}, high_boundary, Nulls::are_seen},
      {"LowBoundary", {"operand"}, low_boundary, Nulls::are_seen},
  };
}

}  // namespace projections::quality
