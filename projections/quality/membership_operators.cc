// In, Includes, Union and the like: ELM has one name for lists and intervals (operators.h).
#include <algorithm>

#include "projections/quality/compare.h"
#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

bool has(const List& list, const Value& value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Value& each) { return same(each, value); });
}

// A null in the place of a list or a point could be anything; unlike In and Contains, which look
// for the null itself (CQL B.10, List Operators).
Value list_includes_point(const List& list, const Value& value) {
  if (has(list, value)) return Value(true);
  return value.is_null() && !list.empty() ? Value() : Value(false);
}

// The value and another that surely is another. Null as a value is an other than all that is not.
Value list_properly_contains(const List& list, const Value& value) {
  if (!has(list, value)) return Value(false);
  Truth others = false;
  for (const auto& each : list) {
    if (same(each, value)) continue;
    others = either(others, value.is_null() ? Truth(true) : negated(equals(each, value)));
  }
  return value_of(others);
}

bool list_includes(const List& a, const List& b) {
  return std::all_of(b.begin(), b.end(), [&](const Value& value) { return has(a, value); });
}
bool list_properly_includes(const List& a, const List& b) {
  return list_includes(a, b) && !list_includes(b, a);
}

// `collection` of node.operands[at] contains `value`. A null list has no elements.
Value contains_at(const Node& node, std::size_t at, const Value& collection, const Value& value) {
  if (collection.is_null()) return node.operands[at].is_list() ? Value(false) : Value();
  if (collection.is(Kind::list)) return Value(has(collection.list(), value));
  return interval_contains(collection, value, node.precision);
}
Value properly_contains_at(const Node& node, std::size_t at, const Value& collection,
                           const Value& value) {
  if (collection.is_null()) return node.operands[at].is_list() ? Value(false) : Value();
  if (collection.is(Kind::list)) return list_properly_contains(collection.list(), value);
  return interval_properly_contains(collection, value, node.precision);
}

Value contains(const Node& node, Arguments a, Frame&) { return contains_at(node, 0, a[0], a[1]); }
Value in(const Node& node, Arguments a, Frame&) { return contains_at(node, 1, a[1], a[0]); }
Value properly_contains(const Node& node, Arguments a, Frame&) {
  return properly_contains_at(node, 0, a[0], a[1]);
}
Value properly_in(const Node& node, Arguments a, Frame&) {
  return properly_contains_at(node, 1, a[1], a[0]);
}

// Also of a point, which ELM of some translators gives these operators.
Value includes_of(const Node& node, const Value& a, const Value& b) {
  if (!a.is(Kind::list)) return interval_includes(a, b, node.precision);
  return b.is(Kind::list) ? Value(list_includes(a.list(), b.list()))
                          : list_includes_point(a.list(), b);
}
Value properly_includes_of(const Node& node, const Value& a, const Value& b) {
  if (!a.is(Kind::list)) return interval_properly_includes(a, b, node.precision);
  return b.is(Kind::list) ? Value(list_properly_includes(a.list(), b.list()))
                          : list_properly_contains(a.list(), b);
}

Value includes(const Node& node, Arguments a, Frame&) { return includes_of(node, a[0], a[1]); }
Value included_in(const Node& node, Arguments a, Frame&) { return includes_of(node, a[1], a[0]); }
Value properly_includes(const Node& node, Arguments a, Frame&) {
  return properly_includes_of(node, a[0], a[1]);
}
Value properly_included_in(const Node& node, Arguments a, Frame&) {
  return properly_includes_of(node, a[1], a[0]);
}

void add_new(List& list, const List& more) {
  for (const auto& value : more) {
    if (!has(list, value)) list.push_back(value);
  }
}
const List& list_or_empty(const Value& value) {
  static const List empty;
  return value.is(Kind::list) ? value.list() : empty;
}

// A null list adds nothing; a null interval makes the union unknown.
Value union_(const Node& node, Arguments a, Frame&) {
  if (a[0].is(Kind::interval) || a[1].is(Kind::interval)) return interval_union(a[0], a[1]);
  const bool lists = a[0].is(Kind::list) || a[1].is(Kind::list) || node.operands[0].is_list();
  if (!lists) return {};
  List joined;
  add_new(joined, list_or_empty(a[0]));
  add_new(joined, list_or_empty(a[1]));
  return Value(joined);
}

template <bool kept>
Value filtered(const List& a, const List& b) {
  List chosen;
  for (const auto& value : a) {
    if (has(b, value) == kept && !has(chosen, value)) chosen.push_back(value);
  }
  return Value(chosen);
}

Value intersect(const Node&, Arguments a, Frame&) {
  if (a[0].is(Kind::list) && a[1].is(Kind::list)) return filtered<true>(a[0].list(), a[1].list());
  return interval_intersect(a[0], a[1]);
}
Value except(const Node&, Arguments a, Frame&) {
  if (a[0].is_null()) return {};
  if (a[0].is(Kind::list)) return filtered<false>(a[0].list(), list_or_empty(a[1]));
  return a[1].is_null() ? Value() : interval_except(a[0], a[1]);
}

}  // namespace

std::vector<Operator> membership_operators() {
  return {
      {"Contains", {"operand"}, contains, Nulls::are_seen},
      {"In", {"operand"}, in, Nulls::are_seen},
      {"ProperContains", {"operand"}, properly_contains, Nulls::are_seen},
      {"ProperIn", {"operand"}, properly_in, Nulls::are_seen},
      {"Includes", {"operand"}, includes},
      {"IncludedIn", {"operand"}, included_in},
      {"ProperIncludes", {"operand"}, properly_includes},
      {"ProperIncludedIn", {"operand"}, properly_included_in},
      {"Union", {"operand"}, union_, Nulls::are_seen},
      {"Intersect", {"operand"}, intersect},
      {"Except", {"operand"}, except, Nulls::are_seen},
  };
}

}  // namespace projections::quality
