// Lists (operators.h).
#include <algorithm>

#include "projections/quality/compare.h"
#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

// The specification's tests: a list of nulls has nothing that exists.
Value exists(const Node&, Arguments a, Frame& frame) {
  if (a[0].is_null()) return Value(false);
  const auto& list = a[0].list();
  note_decisive(frame, list);
  return Value(std::any_of(list.begin(), list.end(), [](const Value& v) { return !v.is_null(); }));
}

Value chosen(const Value& value, Frame& frame) {
  note_decisive(frame, {&value, 1});
  return value;
}
Value first(const Node&, Arguments a, Frame& frame) {
  return a[0].list().empty() ? Value() : chosen(a[0].list().front(), frame);
}
Value last(const Node&, Arguments a, Frame& frame) {
  return a[0].list().empty() ? Value() : chosen(a[0].list().back(), frame);
}
Value singleton(const Node&, Arguments a, Frame& frame) {
  const auto& list = a[0].list();
  if (list.size() > 1) return frame.fail("singleton from a list of more than one element");
  return list.empty() ? Value() : chosen(list.front(), frame);
}

Value index_of(const Node&, Arguments a, Frame&) {
  const auto& list = a[0].list();
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Value& value) { return same(value, a[1]); });
  return Value(found == list.end() ? -1 : static_cast<std::int32_t>(found - list.begin()));
}

Value distinct(const Node&, Arguments a, Frame&) {
  List kept;
  for (const auto& value : a[0].list()) {
    const auto is_same = [&](const Value& each) { return same(each, value); };
    if (std::none_of(kept.begin(), kept.end(), is_same)) kept.push_back(value);
  }
  return Value(kept);
}

Value flatten(const Node&, Arguments a, Frame&) {
  List flat;
  for (const auto& inner : a[0].list()) {
    if (inner.is(Kind::list))
      flat.insert(flat.end(), inner.list().begin(), inner.list().end());
    else if (!inner.is_null())
      flat.push_back(inner);
  }
  return Value(flat);
}

// From `start` to before `end`; a null end is the list's, a negative start has no elements.
Value slice(const Node&, Arguments a, Frame&) {
  if (a[0].is_null()) return {};
  const auto& list = a[0].list();
  const auto size = static_cast<std::int32_t>(list.size());
  const int from = a[1].is_null() ? 0 : std::clamp(a[1].integer(), 0, size);
  const int to = a[2].is_null() ? size : std::clamp(a[2].integer(), 0, size);
  if (from >= to) return Value(List());
  return Value(List(list.begin() + from, list.begin() + to));
}

Value reverse(const Node&, Arguments a, Frame&) {
  return Value(List(a[0].list().rbegin(), a[0].list().rend()));
}

// Every value inside: of lists and tuples, and theirs.
void collect(const Value& value, List& found, bool deep) {
  const auto add = [&](const Value& part) {
    if (part.is_null()) return;
    found.push_back(part);
    if (deep) collect(part, found, deep);
  };
  if (value.is(Kind::list)) std::for_each(value.list().begin(), value.list().end(), add);
  if (!value.is(Kind::tuple)) return;
  for (const auto& [name, part] : value.tuple().elements) add(part);
}
template <bool deep>
Value parts_of(const Node&, Arguments a, Frame&) {
  List found;
  collect(a[0], found, deep);
  return Value(found);
}

}  // namespace

std::vector<Operator> list_operators() {
  return {
      {"Exists", {"operand"}, exists, Nulls::are_seen},
      {"First", {"source"}, first},
      {"Last", {"source"}, last},
      {"SingletonFrom", {"operand"}, singleton},
      {"IndexOf", {"source", "element"}, index_of},
      {"Distinct", {"operand"}, distinct},
      {"Flatten", {"operand"}, flatten},
      {"Slice", {"source", "startIndex", "endIndex"}, slice, Nulls::are_seen},
      {"Reverse", {"operand"}, reverse},
      {"Children", {"source"}, parts_of<false>},
      // ELM's spelling.
      {"Descendents", {"source"}, parts_of<true>},
  };
}

}  // namespace projections::quality
