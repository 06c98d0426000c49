#include "projections/quality/compare.h"

#include <algorithm>
#include <array>

#include "projections/quality/fhir_model.h"
#include "projections/quality/points.h"
#include "projections/quality/units.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

template <class T>
Order order_of_exact(const T& a, const T& b) {
  if (a < b) return Order(Order::less);
  return Order(b < a ? Order::greater : Order::equal);
}

// A finer unit than both are known to leaves it open.
Order order_of_moments(const Moment& a, Moment b, std::optional<Precision> to) {
  if (a.kind != b.kind && (a.kind == Moment::Kind::time || b.kind == Moment::Kind::time)) return {};
  // A day without a clock is a day everywhere.
  if (a.has(Precision::hour)) b = in_zone(b, a.zone_minutes);
  const auto first = a.kind == Moment::Kind::time ? Precision::hour : Precision::year;
  const auto last = to.value_or(std::max(a.precision, b.precision));
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    const auto at = static_cast<Precision>(i);
    if (!a.has(at) && !b.has(at)) return to ? Order::unknown() : Order(Order::equal);
    if (!a.has(at) || !b.has(at)) return Order::unknown();
    if (a.field(at) != b.field(at)) return order_of_exact(a.field(at), b.field(at));
  }
  return Order(Order::equal);
}

Order order_of_quantities(const Quantity& a, const Quantity& b) {
  const auto value = value_in(b, a.unit);
  return value ? order_of_exact(a.value, *value) : Order();
}

// Each end of one against each end of the other: [4, 16] and 5 may be anything.
Order order_of_uncertain(const Value& a, const Value& b, std::optional<Precision> to) {
  const auto end = [](const Value& value, bool low) {
    if (!value.is(Kind::interval)) return value;
    return low ? value.interval().low : value.interval().high;
  };
  const Order lowest = order_of(end(a, true), end(b, false), to);
  const Order highest = order_of(end(a, false), end(b, true), to);
  if (!lowest.is_comparable() || !highest.is_comparable()) return {};
  int possible = lowest.possible() | highest.possible();
  if ((possible & Order::less) != 0 && (possible & Order::greater) != 0) possible |= Order::equal;
  return Order(possible);
}

// The specification's tests hold two null parts equal, and the first pair that is not equal
// decides: what follows an unknown one does not make it false.
Truth parts_equal(const Value& a, const Value& b) {
  return a.is_null() && b.is_null() ? Truth(true) : equals(a, b);
}

Truth lists_equal(const List& a, const List& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const auto equal = parts_equal(a[i], b[i]); equal != true) return equal;
  }
  return true;
}

Truth tuples_equal(const Tuple& a, const Tuple& b) {
  if (a.elements.size() != b.elements.size()) return false;
  for (const auto& [name, value] : a.elements) {
    const Value* other = b.find(name);
    if (other == nullptr) return false;
    if (const auto equal = parts_equal(value, *other); equal != true) return equal;
  }
  return true;
}

bool codes_equal(const Code& a, const Code& b) {
  return a.code == b.code && a.system == b.system && a.version == b.version &&
         a.display == b.display;
}
bool codes_equivalent(const Code& a, const Code& b) {
  return a.code == b.code && a.system == b.system;
}

Truth ratios_equal(const Ratio& a, const Ratio& b) {
  return both(order_of_quantities(a.numerator, b.numerator).is(Order::equal),
              order_of_quantities(a.denominator, b.denominator).is(Order::equal));
}

Truth intervals_equal(const Value& a, const Value& b) {
  if (is_uncertain(a) || is_uncertain(b)) return order_of_uncertain(a, b, {}).is(Order::equal);
  if (!b.is(Kind::interval)) return false;
  return both(equals(start_of(a), start_of(b)), equals(end_of(a), end_of(b)));
}

bool is_comparable_pair(const Value& a, const Value& b) {
  return a.kind() == b.kind() || (is_number(a) && is_number(b));
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Case and the kind of white space ignored (CQL 1.5, Equivalent).
bool strings_equivalent(const std::string& a, const std::string& b) {
  const auto folded = [](char c) {
    if (is_space(c)) return ' ';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return folded(x) == folded(y); });
}

// Trailing zeros do not count (CQL 1.5, Equivalent).
int significant_places(const Decimal& decimal) {
  int places = Decimal::places_max;
  for (Int128 units = decimal.units(); places > 0 && units % 10 == 0; units /= 10) --places;
  return places;
}
bool decimals_equivalent(const Decimal& a, const Decimal& b) {
  const int places = std::min(significant_places(a), significant_places(b));
  return a.rounded(places) == b.rounded(places);
}

bool quantities_equivalent(const Quantity& a, const Quantity& b) {
  const auto value = roughly_in(b, a.unit);
  return value && *value == a.value;
}

// a : b is equivalent to 10a : 10b.
bool ratios_equivalent(const Ratio& a, const Ratio& b) {
  const auto left = Decimal::multiply(a.numerator.value, b.denominator.value);
  const auto right = Decimal::multiply(b.numerator.value, a.denominator.value);
  return left && right && *left == *right && a.numerator.unit == b.numerator.unit &&
         a.denominator.unit == b.denominator.unit;
}

bool lists_equivalent(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), equivalent);
}

bool tuples_equivalent(const Tuple& a, const Tuple& b) {
  if (a.elements.size() != b.elements.size()) return false;
  return std::all_of(a.elements.begin(), a.elements.end(), [&](const auto& element) {
    const Value* other = b.find(element.first);
    return other != nullptr && equivalent(element.second, *other);
  });
}

bool concepts_equivalent(const std::vector<Code>& a, const std::vector<Code>& b) {
  return std::any_of(a.begin(), a.end(), [&](const Code& code) {
    return std::any_of(b.begin(), b.end(),
                       [&](const Code& other) { return codes_equivalent(code, other); });
  });
}

std::vector<Code> codes_of(const Value& value) {
  return value.is(Kind::code) ? std::vector{value.code()} : value.code_concept().codes;
}

bool is_coded(const Value& value) { return value.is(Kind::code) || value.is(Kind::code_concept); }

}  // namespace

Truth both(Truth a, Truth b) {
  if (a == false || b == false) return false;
  return a && b ? Truth(true) : std::nullopt;
}
Truth either(Truth a, Truth b) { return negated(both(negated(a), negated(b))); }
Truth negated(Truth a) { return a ? Truth(!*a) : std::nullopt; }
Truth truth_of(const Value& value) {
  return value.is(Value::Kind::boolean) ? Truth(value.boolean()) : std::nullopt;
}

Order order_of(const Value& a, const Value& b, std::optional<Precision> to) {
  if (a.is_null() || b.is_null()) return {};
  if (is_uncertain(a) || is_uncertain(b)) return order_of_uncertain(a, b, to);
  if (a.is(Kind::integer) && b.is(Kind::integer)) return order_of_exact(a.integer(), b.integer());
  if (is_number(a) && is_number(b)) return order_of_exact(decimal_of(a), decimal_of(b));
  if (a.kind() != b.kind()) return {};
  if (a.is(Kind::moment)) return order_of_moments(a.moment(), b.moment(), to);
  if (a.is(Kind::string)) return order_of_exact(a.string(), b.string());
  if (a.is(Kind::quantity)) return order_of_quantities(a.quantity(), b.quantity());
  return {};
}

Truth equals(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return std::nullopt;
  if (is_uncertain(a) || is_uncertain(b)) return intervals_equal(a, b);
  if (!is_comparable_pair(a, b)) return false;
  switch (a.kind()) {
    case Kind::boolean:
      return a.boolean() == b.boolean();
    case Kind::ratio:
      return ratios_equal(a.ratio(), b.ratio());
    case Kind::code:
      return codes_equal(a.code(), b.code());
    case Kind::code_concept:
      return std::equal(a.code_concept().codes.begin(), a.code_concept().codes.end(),
                        b.code_concept().codes.begin(), b.code_concept().codes.end(), codes_equal);
    case Kind::interval:
      return intervals_equal(a, b);
    case Kind::list:
      return lists_equal(a.list(), b.list());
    case Kind::tuple:
      return tuples_equal(a.tuple(), b.tuple());
    case Kind::element:
      return elements_equal(a.element(), b.element());
    default:
      return order_of(a, b).is(Order::equal);
  }
}

bool same(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return equals(a, b).value_or(false);
}

bool equivalent(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (is_coded(a) && is_coded(b)) return concepts_equivalent(codes_of(a), codes_of(b));
  if (!is_comparable_pair(a, b)) return false;
  switch (a.kind()) {
    case Kind::string:
      return strings_equivalent(a.string(), b.string());
    case Kind::decimal:
      return b.is(Kind::decimal) ? decimals_equivalent(a.decimal(), b.decimal()) : same(a, b);
    case Kind::quantity:
      return quantities_equivalent(a.quantity(), b.quantity());
    case Kind::ratio:
      return ratios_equivalent(a.ratio(), b.ratio());
    case Kind::interval:
      return equivalent(start_of(a), start_of(b)) && equivalent(end_of(a), end_of(b));
    case Kind::list:
      return lists_equivalent(a.list(), b.list());
    case Kind::tuple:
      return tuples_equivalent(a.tuple(), b.tuple());
    default:
      return same(a, b);
  }
}

bool sorts_before(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && !b.is_null();
  const auto order = order_of(a, b);
  if (order.is(Order::less) == true) return true;
  // Unknown by precision: the less precise first, as it begins earlier.
  if (!order.is(Order::less) && a.is(Kind::moment) && b.is(Kind::moment))
    return milliseconds_of(a.moment()) < milliseconds_of(b.moment()) ||
           (milliseconds_of(a.moment()) == milliseconds_of(b.moment()) &&
            a.moment().precision < b.moment().precision);
  return false;
}

}  // namespace projections::quality
