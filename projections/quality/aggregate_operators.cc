// One value of many (operators.h). Nulls are left out; of none there is no sum, only a count.
#include <algorithm>
#include <cmath>

#include "projections/quality/compare.h"
#include "projections/quality/operators.h"
#include "projections/quality/units.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

List known_of(const Value& list) {
  List known;
  if (!list.is(Kind::list)) return known;
  std::copy_if(list.list().begin(), list.list().end(), std::back_inserter(known),
               [](const Value& value) { return !value.is_null(); });
  return known;
}

// Numbers, all in the first's unit if they are quantities.
struct Numbers {
  std::vector<Decimal> values;
  std::optional<std::string> unit;

  Value with_unit(const std::optional<Decimal>& value) const {
    if (!value || !unit) return Value::of(value);
    return Value(Quantity{*value, *unit});
  }
};

// Nothing: a unit does not convert, or something is not a number.
std::optional<Numbers> numbers_of(const List& known) {
  Numbers numbers;
  if (known.front().is(Kind::quantity)) numbers.unit = known.front().quantity().unit;
  for (const auto& value : known) {
    if (value.is(Kind::quantity) != numbers.unit.has_value()) return std::nullopt;
    if (!numbers.unit && !is_number(value)) return std::nullopt;
    const auto number =
        numbers.unit ? value_in(value.quantity(), *numbers.unit) : std::optional(decimal_of(value));
    if (!number) return std::nullopt;
    numbers.values.push_back(*number);
  }
  return numbers;
}

std::optional<Decimal> total(const std::vector<Decimal>& values) {
  std::optional<Decimal> sum = Decimal(0);
  for (const auto& value : values) sum = sum ? Decimal::add(*sum, value) : sum;
  return sum;
}
std::optional<Decimal> average(const std::vector<Decimal>& values) {
  const auto sum = total(values);
  return sum ? Decimal::divide(*sum, Decimal(static_cast<std::int64_t>(values.size())))
             : std::nullopt;
}
std::optional<Decimal> middle(std::vector<Decimal> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : average({values[half - 1], values[half]});
}

std::optional<Decimal> variance(const std::vector<Decimal>& values, bool of_population) {
  const auto size = static_cast<std::int64_t>(values.size()) - (of_population ? 0 : 1);
  const auto mean = average(values);
  if (!mean || size == 0) return std::nullopt;
  std::optional<Decimal> sum = Decimal(0);
  for (const auto& value : values) {
    const auto distance = Decimal::add(value, -*mean);
    const auto square = distance ? Decimal::multiply(*distance, *distance) : std::nullopt;
    sum = sum && square ? Decimal::add(*sum, *square) : std::nullopt;
  }
  return sum ? Decimal::divide(*sum, Decimal(size)) : std::nullopt;
}
std::optional<Decimal> root(const std::optional<Decimal>& value) {
  return value ? Decimal::of_double(std::sqrt(value->to_double())) : std::nullopt;
}

std::optional<Decimal> sample_variance(const std::vector<Decimal>& v) { return variance(v, false); }
std::optional<Decimal> population_variance(const std::vector<Decimal>& v) {
  return variance(v, true);
}
std::optional<Decimal> deviation(const std::vector<Decimal>& v) { return root(variance(v, false)); }
std::optional<Decimal> population_deviation(const std::vector<Decimal>& v) {
  return root(variance(v, true));
}
std::optional<Decimal> geometric_mean(const std::vector<Decimal>& values) {
  long double logs = 0;
  for (const auto& value : values) logs += std::log(value.to_double());
  return Decimal::of_double(std::exp(logs / static_cast<long double>(values.size())));
}

template <std::optional<Decimal> (*statistic)(const std::vector<Decimal>&)>
Value of_numbers(const Node&, Arguments a, Frame& frame) {
  const auto known = known_of(a[0]);
  if (known.empty()) return {};
  const auto numbers = numbers_of(known);
  if (!numbers) return frame.fail("an aggregate of values that are not of one unit");
  return numbers->with_unit(statistic(numbers->values));
}
std::optional<Decimal> middle_of(const std::vector<Decimal>& values) { return middle(values); }

// Whole numbers stay whole.
Value as_first(const List& known, const Numbers& numbers, const std::optional<Decimal>& value) {
  if (!value || numbers.unit || known.front().is(Kind::decimal)) return numbers.with_unit(value);
  const auto whole = value->whole();
  if (known.front().is(Kind::long_integer)) return Value(whole);
  const auto integer = static_cast<std::int32_t>(whole);
  return integer == whole ? Value(integer) : Value();
}

Value sum(const Node&, Arguments a, Frame& frame) {
  const auto known = known_of(a[0]);
  if (known.empty()) return {};
  const auto numbers = numbers_of(known);
  if (!numbers) return frame.fail("a sum of values that are not of one unit");
  return as_first(known, *numbers, total(numbers->values));
}
Value product(const Node&, Arguments a, Frame& frame) {
  const auto known = known_of(a[0]);
  if (known.empty()) return {};
  const auto numbers = numbers_of(known);
  if (!numbers || numbers->unit) return frame.fail("a product of values that are not numbers");
  std::optional<Decimal> result = Decimal(1);
  for (const auto& value : numbers->values)
    result = result ? Decimal::multiply(*result, value) : result;
  return as_first(known, *numbers, result);
}

Value count(const Node&, Arguments a, Frame& frame) {
  const auto known = known_of(a[0]);
  note_decisive(frame, known);
  return Value(static_cast<std::int32_t>(known.size()));
}
Value min(const Node&, Arguments a, Frame&) {
  const auto known = known_of(a[0]);
  return known.empty() ? Value() : *std::min_element(known.begin(), known.end(), sorts_before);
}
Value max(const Node&, Arguments a, Frame&) {
  const auto known = known_of(a[0]);
  return known.empty() ? Value() : *std::max_element(known.begin(), known.end(), sorts_before);
}
// The first of those that are there most often.
Value mode(const Node&, Arguments a, Frame&) {
  const auto known = known_of(a[0]);
  Value most;
  std::ptrdiff_t times = 0;
  for (const auto& value : known) {
    const auto found = std::count_if(known.begin(), known.end(),
                                     [&](const Value& each) { return same(each, value); });
    if (found <= times) continue;
    times = found;
    most = value;
  }
  return most;
}

Value all_true(const Node&, Arguments a, Frame&) {
  const auto known = known_of(a[0]);
  return Value(std::all_of(known.begin(), known.end(), [](const Value& v) { return v.is_true(); }));
}
Value any_true(const Node&, Arguments a, Frame&) {
  const auto known = known_of(a[0]);
  return Value(std::any_of(known.begin(), known.end(), [](const Value& v) { return v.is_true(); }));
}

}  // namespace

std::vector<Operator> aggregate_operators() {
  constexpr auto seen = Nulls::are_seen;
  return {
      {"Count", {"source"}, count, seen},
      {"Sum", {"source"}, sum, seen},
      {"Product", {"source"}, product, seen},
      {"Avg", {"source"}, of_numbers<average>, seen},
      {"Median", {"source"}, of_numbers<middle_of>, seen},
      {"Variance", {"source"}, of_numbers<sample_variance>, seen},
      {"PopulationVariance", {"source"}, of_numbers<population_variance>, seen},
      {"StdDev", {"source"}, of_numbers<deviation>, seen},
      {"PopulationStdDev", {"source"}, of_numbers<population_deviation>, seen},
      {"GeometricMean", {"source"}, of_numbers<geometric_mean>, seen},
      {"Min", {"source"}, min, seen},
      {"Max", {"source"}, max, seen},
      {"Mode", {"source"}, mode, seen},
      {"AllTrue", {"source"}, all_true, seen},
      {"AnyTrue", {"source"}, any_true, seen},
  };
}

}  // namespace projections::quality
