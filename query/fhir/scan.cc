#include "query/fhir/scan.h"

#include <algorithm>

#include "projections/chart.h"
#include "query/fhir/cursor.h"
#include "query/fhir/match.h"

namespace query::fhir {
namespace {

// One row under the cursor: its facts, and what only its version row knows, read when asked.
class Row {
 public:
  Row(const projections::ShardView& view, const events::StreamKey& stream,
      const projections::ChartCursor& cursor)
      : view_(view), stream_(stream), cursor_(cursor) {}

  const schema::Facts& facts() const { return cursor_.facts(); }
  events::KnownTime updated() {
    if (!updated_) {
      auto row = view_.version(stream_, cursor_.type(), cursor_.id(), cursor_.version());
      if (!row) status_ = row.error();
      updated_ = row && *row ? (*row)->known_time : events::KnownTime{};
    }
    return *updated_;
  }
  const Status& status() const { return status_; }

 private:
  const projections::ShardView& view_;
  const events::StreamKey& stream_;
  const projections::ChartCursor& cursor_;
  std::optional<events::KnownTime> updated_;
  Status status_;
};

// Of several dates the earliest counts for ascending order, the latest for descending.
std::optional<events::Micros> sort_date(const SortRule& rule, Row& row, Values& values) {
  if (rule.parameter->take == nullptr) return row.updated().time_since_epoch();
  values.clear();
  rule.parameter->take(row.facts(), values);
  if (values.dates.empty()) return std::nullopt;
  const auto earlier = [](const DateValue& a, const DateValue& b) { return a.low < b.low; };
  const auto [first, last] = std::minmax_element(values.dates.begin(), values.dates.end(), earlier);
  return rule.descending ? last->low : first->low;
}

std::string key_of(const SearchQuery& query, Row& row, const projections::ChartCursor& cursor,
                   Values& values) {
  SortKey key;
  if (query.sort.empty()) key.date(cursor.time(), true);
  for (const SortRule& rule : query.sort) {
    if (rule.parameter->kind == ParameterKind::date) {
      key.date(sort_date(rule, row, values), rule.descending);
    } else {
      key.id(cursor.id(), rule.descending);
    }
  }
  key.id(cursor.id());
  return std::move(key).bytes();
}

bool meets_all(const SearchQuery& query, Row& row, Values& values) {
  return std::all_of(query.criteria.begin(), query.criteria.end(), [&](const Criterion& criterion) {
    return meets(row.facts(), criterion, values, [&] { return row.updated(); });
  });
}

}  // namespace

Status scan(const projections::ShardView& view, const events::StreamKey& stream,
            const SearchQuery& query, Matches& matches) {
  const bool may_stop =
      query.sort.empty() && !query.page.count_only && query.page.total != Page::Total::accurate;
  const std::size_t enough = matches.found.size() + query.page.count + 1;
  Values values;
  projections::ChartCursor cursor(view, stream, query.table->type);
  for (; cursor.valid(); cursor.next()) {
    Row row(view, stream, cursor);
    const bool met = meets_all(query, row, values);
    if (met) {
      ++matches.total;
      if (!query.page.count_only) {
        std::string key = key_of(query, row, cursor, values);
        if (!query.page.after || key > *query.page.after) {
          matches.found.push_back({std::move(key), &view, stream, cursor.id(), cursor.version()});
        }
      }
    }
    if (!row.status()) return row.status();
    if (may_stop && matches.found.size() == enough) {
      matches.whole = false;
      break;
    }
  }
  return cursor.status();
}

bool cut_to_page(const Page& page, Matches& matches) {
  const auto in_order = [](const Found& a, const Found& b) { return a.key < b.key; };
  const bool more = matches.found.size() > page.count;
  const auto end = matches.found.begin() +
                   static_cast<std::ptrdiff_t>(std::min(matches.found.size(), page.count));
  std::partial_sort(matches.found.begin(), end, matches.found.end(), in_order);
  matches.found.erase(end, matches.found.end());
  return more;
}

}  // namespace query::fhir
