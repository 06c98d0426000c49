// Parts of, and spans between, dates and times (operators.h).
#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;
using Between = std::int64_t (*)(const Moment&, const Moment&, Precision);

Value component(const Node& node, Arguments a, Frame& frame) {
  if (!a[0].is(Kind::moment) || !node.precision) return frame.fail("a part of no date or time");
  const Moment& moment = a[0].moment();
  return moment.has(*node.precision) ? Value(std::int32_t{moment.field(*node.precision)}) : Value();
}

Value date_from(const Node&, Arguments a, Frame&) {
  Moment date = truncated(a[0].moment(), Precision::day);
  date.kind = Moment::Kind::date;
  return Value(date);
}
Value time_from(const Node&, Arguments a, Frame&) {
  Moment time = a[0].moment();
  if (!time.has(Precision::hour)) return {};
  time.kind = Moment::Kind::time;
  return Value(time);
}
Value zone_from(const Node&, Arguments a, Frame&) {
  return Value::of(Decimal::divide(Decimal(a[0].moment().zone_minutes), Decimal(60)));
}

// Seconds and milliseconds are one precision where whole units are counted: 08:00:00 is
// 08:00:00.000 (cql-execution leaves the millisecond open, and an hour may be none).
Moment last_of(const Moment& moment) {
  return moment.has(Precision::second) ? earliest(moment) : latest(moment);
}

// An Integer, or between the least and the most that partial dates allow. Both public engines and
// most of the specification's tests fill them to the end, so that even two years are uncertain.
Value span(const Moment& first, const Moment& second, Precision unit, Between between) {
  const auto least = static_cast<std::int32_t>(between(last_of(first), earliest(second), unit));
  const auto most = static_cast<std::int32_t>(between(earliest(first), last_of(second), unit));
  if (least == most) return Value(least);
  Interval uncertain;
  uncertain.low = Value(least);
  uncertain.high = Value(most);
  uncertain.uncertain = true;
  return Value(uncertain);
}

Value duration_(const Node& node, Arguments a, Frame& frame) {
  if (!node.precision || !a[0].is(Kind::moment) || !a[1].is(Kind::moment))
    return frame.fail("a duration between things that are not dates or times");
  return duration(a[0].moment(), a[1].moment(), *node.precision);
}
Value difference(const Node& node, Arguments a, Frame& frame) {
  if (!node.precision || !a[0].is(Kind::moment) || !a[1].is(Kind::moment))
    return frame.fail("a difference between things that are not dates or times");
  const auto zone = frame.evaluation.now.zone_minutes;
  return span(in_zone(a[0].moment(), zone), in_zone(a[1].moment(), zone), *node.precision,
              difference_between);
}

Value now(const Node&, Arguments, Frame& frame) { return Value(frame.evaluation.now); }
Value today(const Node& node, Arguments, Frame& frame) {
  return date_from(node, std::array{Value(frame.evaluation.now)}, frame);
}
Value time_of_day(const Node& node, Arguments, Frame& frame) {
  return time_from(node, std::array{Value(frame.evaluation.now)}, frame);
}

}  // namespace

Value duration(const Moment& a, const Moment& b, Precision unit) {
  return span(a, b, unit, duration_between);
}

std::vector<Operator> moment_operators() {
  return {
      {"DateTimeComponentFrom", {"operand"}, component},
      {"DateFrom", {"operand"}, date_from},
      {"TimeFrom", {"operand"}, time_from},
      {"TimezoneOffsetFrom", {"operand"}, zone_from},
      {"DurationBetween", {"operand"}, duration_},
      {"DifferenceBetween", {"operand"}, difference},
      {"CalculateAgeAt", {"operand"}, duration_},
      {"Now", {}, now},
      {"Today", {}, today},
      {"TimeOfDay", {}, time_of_day},
  };
}

}  // namespace projections::quality
