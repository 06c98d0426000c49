#include "projections/quality/query.h"

#include <algorithm>
#include <numeric>

#include "projections/quality/compare.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

bool related(const Query::Relationship& relationship, Frame& frame) {
  const auto others = relationship.source.expression.evaluate(frame);
  const auto matches = [&](const Value& other) {
    frame.slots[relationship.source.slot] = other;
    return relationship.such_that.evaluate(frame).is_true();
  };
  const bool any = others.is(Kind::list)
                       ? std::any_of(others.list().begin(), others.list().end(), matches)
                       : !others.is_null() && matches(others);
  return any == relationship.with;
}

// One row: what is in the sources' slots. False: not in the result.
bool accepted(const Query& query, Frame& frame) {
  for (const auto& let : query.lets) frame.slots[let.slot] = let.expression.evaluate(frame);
  for (const auto& relationship : query.relationships) {
    if (!related(relationship, frame)) return false;
  }
  return !query.where || query.where->evaluate(frame).is_true();
}

// Without a return clause: the element, or a tuple of several sources' elements.
Value row_of(const Query& query, Frame& frame) {
  if (query.sources.size() == 1) return frame.slots[query.sources.front().slot];
  Tuple row;
  for (const auto& source : query.sources)
    row.elements.emplace_back(source.alias, frame.slots[source.slot]);
  return Value(row);
}

// Every combination of the sources' elements from source `at` on.
template <class Each>
void for_each_row(const Query& query, std::span<const Value> sources, std::size_t at, Frame& frame,
                  const Each& each) {
  if (frame.evaluation.error) return;
  if (at == query.sources.size()) {
    if (accepted(query, frame)) each();
    return;
  }
  const auto visit = [&](const Value& element) {
    frame.slots[query.sources[at].slot] = element;
    for_each_row(query, sources, at + 1, frame, each);
  };
  const Value& source = sources[at];
  if (source.is(Kind::list))
    std::for_each(source.list().begin(), source.list().end(), visit);
  else
    visit(source);
}

void add(List& list, Value value, bool distinct) {
  if (distinct &&
      std::any_of(list.begin(), list.end(), [&](const Value& each) { return same(each, value); })) {
    return;
  }
  list.push_back(std::move(value));
}

void set_row(const Query& query, const Value& row, Frame& frame) {
  if (query.sources.size() == 1) {
    frame.slots[query.sources.front().slot] = row;
    return;
  }
  for (std::size_t i = 0; i < query.sources.size(); ++i)
    frame.slots[query.sources[i].slot] = row.tuple().elements[i].second;
}

Value aggregated(const Query& query, std::span<const Value> sources, Frame& frame) {
  const auto& aggregate = *query.aggregate;
  List rows;
  for_each_row(query, sources, 0, frame,
               [&] { add(rows, row_of(query, frame), aggregate.distinct); });
  Value result = aggregate.starting.evaluate(frame);
  for (const auto& row : rows) {
    set_row(query, row, frame);
    for (const auto& let : query.lets) frame.slots[let.slot] = let.expression.evaluate(frame);
    frame.slots[aggregate.slot] = result;
    result = aggregate.expression.evaluate(frame);
  }
  return result;
}

// Keys are computed once an element. Nulls are first, last when descending.
List sorted(const Query& query, const List& list, Frame& frame) {
  std::vector<List> keys;
  for (const auto& element : list) {
    frame.slots[query.this_slot] = element;
    List key;
    for (const auto& sort : query.sorts)
      key.push_back(sort.by ? sort.by->evaluate(frame) : element);
    keys.push_back(std::move(key));
  }
  std::vector<std::size_t> order(list.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < query.sorts.size(); ++i) {
      const bool down = query.sorts[i].descending;
      const Value& first = keys[down ? b : a][i];
      const Value& second = keys[down ? a : b][i];
      if (sorts_before(first, second)) return true;
      if (sorts_before(second, first)) return false;
    }
    return false;
  });
  List result;
  for (const auto at : order) result.push_back(list[at]);
  return result;
}

}  // namespace

Value run_query(const Node& node, Frame& frame) {
  const Query& query = *node.query;
  List sources;
  bool any_list = false;
  for (const auto& source : query.sources) {
    sources.push_back(source.expression.evaluate(frame));
    if (sources.back().is_null()) return {};
    any_list |= sources.back().is(Kind::list);
  }
  if (query.aggregate) return aggregated(query, sources, frame);
  List rows;
  for_each_row(query, sources, 0, frame, [&] {
    add(rows, query.result ? query.result->evaluate(frame) : row_of(query, frame), query.distinct);
  });
  // Of single values only: the row itself, null if it was not accepted.
  if (!any_list) return rows.empty() ? Value() : rows.front();
  return Value(query.sorts.empty() ? std::move(rows) : sorted(query, rows, frame));
}

}  // namespace projections::quality
