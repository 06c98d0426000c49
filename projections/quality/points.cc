#include "projections/quality/points.h"

#include <limits>

namespace projections::quality {
namespace {

using Kind = Value::Kind;

template <class Integer>
Value next_integer(Integer value, int direction, bool& overflow) {
  Integer next = 0;
  if (__builtin_add_overflow(value, direction, &next)) {
    overflow = true;
    return Value(value);
  }
  return Value(next);
}

Decimal next_decimal(const Decimal& value, int direction, bool& overflow) {
  const auto next = Decimal::add(value, Decimal::of_units(direction));
  overflow |= !next;
  return next.value_or(value);
}

Value neighbour_of(const Value& point, int direction, bool& overflow) {
  switch (point.kind()) {
    case Kind::integer:
      return next_integer(point.integer(), direction, overflow);
    case Kind::long_integer:
      return next_integer(point.long_integer(), direction, overflow);
    case Kind::decimal:
      return Value(next_decimal(point.decimal(), direction, overflow));
    case Kind::quantity:
      return Value(Quantity{next_decimal(point.quantity().value, direction, overflow),
                            point.quantity().unit});
    case Kind::moment: {
      const auto next = neighbour(point.moment(), direction);
      overflow |= !next;
      return next ? Value(*next) : point;
    }
    case Kind::interval: {
      if (!point.interval().uncertain) return {};
      Interval moved = point.interval();
      bool saturated = false;  // of two ends that are only possible
      moved.low = neighbour_of(moved.low, direction, saturated);
      moved.high = neighbour_of(moved.high, direction, saturated);
      return Value(moved);
    }
    default:
      return {};
  }
}

Kind point_kind(const Interval& interval) {
  if (!interval.low.is_null()) return interval.low.kind();
  if (!interval.high.is_null()) return interval.high.kind();
  return interval.point;
}

Moment::Kind moment_kind(const Interval& interval) {
  for (const Value* end : {&interval.low, &interval.high}) {
    if (end->is(Kind::moment)) return end->moment().kind;
  }
  return interval.moment;
}

std::string unit_of(const Interval& interval) {
  for (const Value* end : {&interval.low, &interval.high}) {
    if (end->is(Kind::quantity)) return end->quantity().unit;
  }
  return "1";
}

// The type's own end, a Quantity's in the interval's unit.
Value type_end(const Interval& interval, bool low) {
  const auto kind = point_kind(interval);
  if (kind == Kind::quantity)
    return Value(Quantity{low ? Decimal::min() : Decimal::max(), unit_of(interval)});
  const auto moment = moment_kind(interval);
  return low ? min_value(kind, moment) : max_value(kind, moment);
}

Value uncertain_between(const Value& low, const Value& high) {
  if (low.is_null() || high.is_null()) return {};
  Interval between;
  between.low = low.is(Kind::interval) ? low.interval().low : low;
  between.high = high.is(Kind::interval) ? high.interval().high : high;
  between.uncertain = true;
  return Value(between);
}

// The other end if it is known, the type's otherwise.
Value known_high(const Interval& interval) {
  if (interval.high.is_null()) return type_end(interval, false);
  return interval.high_closed ? interval.high : predecessor(interval.high);
}
Value known_low(const Interval& interval) {
  if (interval.low.is_null()) return type_end(interval, true);
  return interval.low_closed ? interval.low : successor(interval.low);
}

}  // namespace

Value start_of(const Value& value) {
  if (!value.is(Kind::interval) || value.interval().uncertain) return value;
  const Interval& interval = value.interval();
  if (!interval.low.is_null() || interval.low_closed) return known_low(interval);
  return uncertain_between(type_end(interval, true), known_high(interval));
}

Value end_of(const Value& value) {
  if (!value.is(Kind::interval) || value.interval().uncertain) return value;
  const Interval& interval = value.interval();
  if (!interval.high.is_null() || interval.high_closed) return known_high(interval);
  return uncertain_between(known_low(interval), type_end(interval, false));
}

Value successor(const Value& point, bool& overflow) { return neighbour_of(point, 1, overflow); }
Value predecessor(const Value& point, bool& overflow) { return neighbour_of(point, -1, overflow); }
Value successor(const Value& point) {
  bool ignored = false;
  return neighbour_of(point, 1, ignored);
}
Value predecessor(const Value& point) {
  bool ignored = false;
  return neighbour_of(point, -1, ignored);
}

Value min_value(Kind kind, Moment::Kind moment) {
  switch (kind) {
    case Kind::integer:
      return Value(std::numeric_limits<std::int32_t>::min());
    case Kind::long_integer:
      return Value(std::numeric_limits<std::int64_t>::min());
    case Kind::decimal:
      return Value(Decimal::min());
    case Kind::quantity:
      return Value(Quantity{Decimal::min(), "1"});
    case Kind::moment:
      return Value(min_moment(moment));
    default:
      return {};
  }
}
Value max_value(Kind kind, Moment::Kind moment) {
  switch (kind) {
    case Kind::integer:
      return Value(std::numeric_limits<std::int32_t>::max());
    case Kind::long_integer:
      return Value(std::numeric_limits<std::int64_t>::max());
    case Kind::decimal:
      return Value(Decimal::max());
    case Kind::quantity:
      return Value(Quantity{Decimal::max(), "1"});
    case Kind::moment:
      return Value(max_moment(moment));
    default:
      return {};
  }
}

}  // namespace projections::quality
