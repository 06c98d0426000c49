// Intervals joined, cut, collapsed and expanded (operators.h).
#include <algorithm>

#include "projections/quality/compare.h"
#include "projections/quality/operators.h"
#include "projections/quality/points.h"
#include "projections/quality/units.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

constexpr std::size_t expanded_max = 1'000'000;

// An uncertain end was an open null, and is one again.
Value interval_of(const Value& low, const Value& high) {
  Interval interval;
  interval.low_closed = !low.is(Kind::interval);
  interval.high_closed = !high.is(Kind::interval);
  if (interval.low_closed) interval.low = low;
  if (interval.high_closed) interval.high = high;
  const Value& known = interval.low_closed ? low : high;
  interval.point = known.kind();
  if (known.is(Kind::moment)) interval.moment = known.moment().kind;
  return Value(interval);
}

bool is_known(const Value& value) { return !value.is_null(); }

// The earlier of two ends; an uncertain one if that cannot be said.
const Value& lesser(const Value& a, const Value& b) {
  const auto a_first = at_most(a, b);
  if (!a_first) return a.is(Kind::interval) ? a : b;
  return *a_first ? a : b;
}
const Value& greater(const Value& a, const Value& b) {
  const auto b_first = at_most(b, a);
  if (!b_first) return a.is(Kind::interval) ? a : b;
  return *b_first ? a : b;
}

Truth join(const Value& a_start, const Value& a_end, const Value& b_start, const Value& b_end) {
  const auto overlap = both(at_most(a_start, b_end), at_most(b_start, a_end));
  const auto meet = either(equals(successor(a_end), b_start), equals(successor(b_end), a_start));
  return either(overlap, meet);
}

// `end` moved by `per` where a gap of that size still joins.
Value widened(const Value& end, const Value& per) {
  if (!per.is(Kind::quantity)) return end;
  const auto& quantity = per.quantity();
  if (end.is(Kind::moment)) {
    const auto unit = time_unit(quantity.unit);
    const auto moved =
        unit ? plus(end.moment(), quantity.value.whole() * 1000, *unit) : std::nullopt;
    return moved ? Value(*moved) : end;
  }
  return end;
}

Value collapse(const Node&, Arguments a, Frame&) {
  if (a[0].is_null()) return {};
  List known;
  for (const auto& interval : a[0].list()) {
    if (interval.is_null()) continue;
    const auto low = start_of(interval);
    const auto high = end_of(interval);
    // Ends that are unknown join nothing.
    if (is_known(low) && is_known(high)) known.push_back(interval_of(low, high));
  }
  std::stable_sort(known.begin(), known.end(), [](const Value& x, const Value& y) {
    return sorts_before(start_of(x), start_of(y));
  });
  List collapsed;
  for (const auto& next : known) {
    if (!collapsed.empty()) {
      const Value last = collapsed.back();
      const auto reach = widened(end_of(last), a[1]);
      if (join(start_of(last), reach, start_of(next), end_of(next)) == true) {
        collapsed.back() = interval_of(start_of(last), greater(end_of(last), end_of(next)));
        continue;
      }
    }
    collapsed.push_back(next);
  }
  return Value(collapsed);
}

// One step of an expansion, and the point that many steps on.
struct Step {
  Decimal size{1};
  std::optional<Precision> unit;

  // The last point of the part that begins at `from`.
  std::optional<Value> last_of(const Value& from) const {
    const auto next = after(from);
    return next ? std::optional(predecessor(*next)) : std::nullopt;
  }
  std::optional<Value> after(const Value& from) const {
    if (from.is(Kind::moment)) {
      const auto next = plus(from.moment(), size.whole() * 1000, *unit);
      // Times go round the clock: past midnight there is nothing.
      if (!next || !(less(from, Value(*next)) == true)) return std::nullopt;
      return Value(*next);
    }
    if (from.is(Kind::quantity)) {
      const auto next = Decimal::add(from.quantity().value, size);
      return next ? std::optional(Value(Quantity{*next, from.quantity().unit})) : std::nullopt;
    }
    const auto next = Decimal::add(decimal_of(from), size);
    if (!next) return std::nullopt;
    if (from.is(Kind::integer)) return Value(static_cast<std::int32_t>(next->whole()));
    if (from.is(Kind::long_integer)) return Value(next->whole());
    return Value(*next);
  }
};

// Without `per`: one of the point's own precision. Nothing: a date has no such unit.
std::optional<Step> step_of(const Value& point, const Value& per) {
  Step step;
  if (point.is(Kind::moment)) step.unit = point.moment().precision;
  if (!per.is(Kind::quantity)) return step;
  step.size = per.quantity().value;
  if (point.is(Kind::moment)) step.unit = time_unit(per.quantity().unit);
  if (point.is(Kind::quantity)) {
    const auto size = value_in(per.quantity(), point.quantity().unit);
    if (!size) return std::nullopt;
    step.size = *size;
  }
  if (point.is(Kind::moment) && !step.unit) return std::nullopt;
  return step.size > Decimal(0) ? std::optional(step) : std::nullopt;
}

// To the step's precision; nothing if the point is known less precisely than that.
std::optional<Value> at_step(const Value& point, const Step& step) {
  if (!point.is(Kind::moment)) return point;
  const auto unit = *step.unit == Precision::week ? Precision::day : *step.unit;
  if (!point.moment().has(unit)) return std::nullopt;
  return Value(truncated(point.moment(), unit));
}

// Only whole steps that fit count.
void expand_into(List& parts, const Value& interval, const Value& per, bool points, Frame& frame) {
  const auto low = start_of(interval);
  const auto high = end_of(interval);
  if (!is_known(low) || !is_known(high) || low.is(Kind::interval) || high.is(Kind::interval))
    return;
  const auto step = step_of(low, per);
  auto from = step ? at_step(low, *step) : std::nullopt;
  const auto to = step ? at_step(high, *step) : std::nullopt;
  while (from && to && at_most(*from, *to) == true) {
    const auto last = step->last_of(*from);
    const auto end = last.value_or(*from);
    if (!(at_most(end, *to) == true)) return;
    parts.push_back(points ? *from : interval_of(*from, end));
    if (parts.size() > expanded_max) {
      frame.fail("Expand gives more than a million parts");
      return;
    }
    from = step->after(*from);
  }
}

Value expand(const Node&, Arguments a, Frame& frame) {
  if (a[0].is_null()) return {};
  List parts;
  if (a[0].is(Kind::interval)) {
    expand_into(parts, a[0], a[1], true, frame);
    return Value(parts);
  }
  for (const auto& interval : a[0].list()) {
    if (interval.is(Kind::interval)) expand_into(parts, interval, a[1], false, frame);
  }
  return Value(parts);
}

}  // namespace

Value interval_union(const Value& a, const Value& b) {
  const auto a_start = start_of(a), a_end = end_of(a), b_start = start_of(b), b_end = end_of(b);
  if (!(join(a_start, a_end, b_start, b_end) == true)) return {};
  return interval_of(lesser(a_start, b_start), greater(a_end, b_end));
}

Value interval_intersect(const Value& a, const Value& b) {
  const auto a_start = start_of(a), a_end = end_of(a), b_start = start_of(b), b_end = end_of(b);
  const auto overlap = both(at_most(a_start, b_end), at_most(b_start, a_end));
  if (!(overlap == true)) return {};
  return interval_of(greater(a_start, b_start), lesser(a_end, b_end));
}

// What is left must be one interval: null if `b` lies inside, or covers, or is elsewhere unknown.
Value interval_except(const Value& a, const Value& b) {
  const auto a_start = start_of(a), a_end = end_of(a), b_start = start_of(b), b_end = end_of(b);
  const auto overlap = both(at_most(a_start, b_end), at_most(b_start, a_end));
  if (overlap == false) return a;
  const auto left = less(a_start, b_start);
  const auto right = less(b_end, a_end);
  if (!overlap || !left || !right || *left == *right) return {};
  return *left ? interval_of(a_start, predecessor(b_start)) : interval_of(successor(b_end), a_end);
}

std::vector<Operator> interval_set_operators() {
  return {
      {"Collapse", {"operand"}, collapse, Nulls::are_seen},
      {"Expand", {"operand"}, expand, Nulls::are_seen},
  };
}

}  // namespace projections::quality
