// How intervals and points lie to each other (operators.h): CQL 1.5, appendix B, Interval
// Operators, each by its starts and ends. Operators on moments are the same with points.
#include "projections/quality/compare.h"
#include "projections/quality/operators.h"
#include "projections/quality/points.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

// Both intervals' ends, and the precision asked for.
struct Pair {
  Value a_start;
  Value a_end;
  Value b_start;
  Value b_end;
  std::optional<Precision> to;

  Pair(const Value& a, const Value& b, std::optional<Precision> precision)
      : a_start(start_of(a)),
        a_end(end_of(a)),
        b_start(start_of(b)),
        b_end(end_of(b)),
        to(precision) {}

  Truth same_start() const { return order_of(a_start, b_start, to).is(Order::equal); }
  Truth same_end() const { return order_of(a_end, b_end, to).is(Order::equal); }
  Truth overlap() const { return both(at_most(a_start, b_end, to), at_most(b_start, a_end, to)); }
  Truth a_in_b() const { return both(at_most(b_start, a_start, to), at_most(a_end, b_end, to)); }
  Truth b_in_a() const { return both(at_most(a_start, b_start, to), at_most(b_end, a_end, to)); }
};

Truth meets_before(const Pair& p) {
  // The greatest value has no successor, so nothing comes after it.
  bool overflow = false;
  const auto next = successor(p.a_end, overflow);
  if (overflow) return false;
  return order_of(next, p.b_start, p.to).is(Order::equal);
}
Truth meets_after(const Pair& p) {
  bool overflow = false;
  const auto next = successor(p.b_end, overflow);
  if (overflow) return false;
  return order_of(next, p.a_start, p.to).is(Order::equal);
}
Truth meets(const Pair& p) { return either(meets_before(p), meets_after(p)); }

Truth after(const Pair& p) { return less(p.b_end, p.a_start, p.to); }
Truth before(const Pair& p) { return less(p.a_end, p.b_start, p.to); }
Truth same_or_after(const Pair& p) { return at_most(p.b_end, p.a_start, p.to); }
Truth same_or_before(const Pair& p) { return at_most(p.a_end, p.b_start, p.to); }
Truth same_as(const Pair& p) { return both(p.same_start(), p.same_end()); }
Truth overlaps(const Pair& p) { return p.overlap(); }
Truth overlaps_before(const Pair& p) {
  return both(less(p.a_start, p.b_start, p.to), at_most(p.b_start, p.a_end, p.to));
}
Truth overlaps_after(const Pair& p) {
  return both(less(p.b_end, p.a_end, p.to), at_most(p.a_start, p.b_end, p.to));
}
Truth starts(const Pair& p) { return both(p.same_start(), at_most(p.a_end, p.b_end, p.to)); }
Truth ends(const Pair& p) { return both(p.same_end(), at_most(p.b_start, p.a_start, p.to)); }

template <Truth (*relation)(const Pair&)>
Value related(const Node& node, Arguments a, Frame&) {
  return value_of(relation(Pair(a[0], a[1], node.precision)));
}

// To the outside an unknown end is null; between intervals it is what it may be.
Value known(Value end) { return end.is(Kind::interval) ? Value() : end; }
Value start(const Node&, Arguments a, Frame&) { return known(start_of(a[0])); }
Value end(const Node&, Arguments a, Frame&) { return known(end_of(a[0])); }

Value point_from(const Node&, Arguments a, Frame& frame) {
  const auto point = start_of(a[0]);
  if (same(point, end_of(a[0]))) return point;
  return frame.fail("PointFrom of an interval with more than one point");
}

Value no_dates(const Value& interval, Frame& frame) {
  if (!start_of(interval).is(Kind::moment)) return {};
  return frame.fail("the width of an interval of dates or times is not defined");
}

Value difference_of(const Value& a, const Value& b) {
  if (a.is(Kind::quantity) && b.is(Kind::quantity)) {
    const auto value = Decimal::add(a.quantity().value, -b.quantity().value);
    return value ? Value(Quantity{*value, a.quantity().unit}) : Value();
  }
  if (!is_number(a) || !is_number(b)) return {};
  const auto value = Decimal::add(decimal_of(a), -decimal_of(b));
  if (!value || a.is(Kind::decimal)) return Value::of(value);
  const auto integer = static_cast<std::int32_t>(value->whole());
  if (a.is(Kind::integer)) return integer == value->whole() ? Value(integer) : Value();
  return Value(value->whole());
}

Value width(const Node&, Arguments a, Frame& frame) {
  no_dates(a[0], frame);
  return difference_of(end_of(a[0]), start_of(a[0]));
}

// Points, not distance: Size of [1, 10] is 10, of Decimals it is counted in steps of 10^-8.
Value size(const Node&, Arguments a, Frame& frame) {
  no_dates(a[0], frame);
  bool overflow = false;
  const auto past = successor(end_of(a[0]), overflow);
  return overflow ? Value() : difference_of(past, start_of(a[0]));
}

}  // namespace

Value interval_contains(const Value& interval, const Value& point, std::optional<Precision> to) {
  return value_of(Pair(interval, point, to).b_in_a());
}
// Strictly inside, as the specification's tests have it.
Value interval_properly_contains(const Value& interval, const Value& point,
                                 std::optional<Precision> to) {
  const Pair p(interval, point, to);
  return value_of(both(less(p.a_start, p.b_start, to), less(p.b_end, p.a_end, to)));
}
Value interval_includes(const Value& a, const Value& b, std::optional<Precision> to) {
  return value_of(Pair(a, b, to).b_in_a());
}
Value interval_properly_includes(const Value& a, const Value& b, std::optional<Precision> to) {
  const Pair p(a, b, to);
  return value_of(
      both(p.b_in_a(), either(less(p.a_start, p.b_start, to), less(p.b_end, p.a_end, to))));
}

std::vector<Operator> interval_operators() {
  return {
      {"After", {"operand"}, related<after>},
      {"Before", {"operand"}, related<before>},
      {"SameAs", {"operand"}, related<same_as>},
      {"SameOrAfter", {"operand"}, related<same_or_after>},
      {"SameOrBefore", {"operand"}, related<same_or_before>},
      {"Meets", {"operand"}, related<meets>},
      {"MeetsBefore", {"operand"}, related<meets_before>},
      {"MeetsAfter", {"operand"}, related<meets_after>},
      {"Overlaps", {"operand"}, related<overlaps>},
      {"OverlapsBefore", {"operand"}, related<overlaps_before>},
      {"OverlapsAfter", {"operand"}, related<overlaps_after>},
      {"Starts", {"operand"}, related<starts>},
      {"Ends", {"operand"}, related<ends>},
      {"Start", {"operand"}, start},
      {"End", {"operand"}, end},
      {"PointFrom", {"operand"}, point_from},
      {"Width", {"operand"}, width},
      {"Size", {"operand"}, size},
  };
}

}  // namespace projections::quality
