// How two values may lie to each other, and CQL's three-valued logic over it.
//
// Partial dates and uncertain points leave several answers open: an Order is the set of those
// that are possible. Nothing is decided beyond that: 2014 < 2014-02-15 is null.
#pragma once

#include <cstdint>
#include <optional>

#include "projections/quality/value.h"

namespace projections::quality {

using Truth = std::optional<bool>;  // nothing: null

Truth both(Truth a, Truth b);
Truth either(Truth a, Truth b);
Truth negated(Truth a);
Truth truth_of(const Value& value);
inline Value value_of(Truth truth) { return Value::of(truth); }

// An interval that stands for one point of it (CQL 1.5, appendix B, uncertainty).
inline bool is_uncertain(const Value& value) {
  return value.is(Value::Kind::interval) && value.interval().uncertain;
}

class Order {
 public:
  static constexpr std::uint8_t less = 1;
  static constexpr std::uint8_t equal = 2;
  static constexpr std::uint8_t greater = 4;

  // Cannot be compared, or one is null: every answer is null.
  Order() = default;
  explicit Order(int possible) : possible_(static_cast<std::uint8_t>(possible)) {}
  static Order unknown() { return Order(less | equal | greater); }

  Truth is(int wanted) const {
    if (possible_ == 0) return std::nullopt;
    if ((possible_ & ~wanted) == 0) return true;
    if ((possible_ & wanted) == 0) return false;
    return std::nullopt;
  }
  bool is_comparable() const { return possible_ != 0; }
  std::uint8_t possible() const { return possible_; }

 private:
  std::uint8_t possible_ = 0;
};

// Numbers, Strings, dates and times, Quantities, and uncertain points of these. `to`: dates and
// times no finer than this. Seconds and milliseconds are precisions of their own, as the
// specification's tests and both public engines have it, not one decimal as its text says.
Order order_of(const Value& a, const Value& b, std::optional<Precision> to = {});

inline Truth less(const Value& a, const Value& b, std::optional<Precision> to = {}) {
  return order_of(a, b, to).is(Order::less);
}
inline Truth at_most(const Value& a, const Value& b, std::optional<Precision> to = {}) {
  return order_of(a, b, to).is(Order::less | Order::equal);
}

// CQL's `=`. Values of different types are not equal.
Truth equals(const Value& a, const Value& b);
// The same, two nulls being equal: Distinct, In, Union and the like.
bool same(const Value& a, const Value& b);
// CQL's `~`.
bool equivalent(const Value& a, const Value& b);
// A total order for sorting: nulls first, what cannot be compared is equal.
bool sorts_before(const Value& a, const Value& b);

}  // namespace projections::quality
