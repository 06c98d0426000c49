// scan_index of scan.h: rows of all shards, merged.
#include <algorithm>
#include <memory>
#include <vector>

#include "projections/chart.h"
#include "query/fhir/cursor.h"
#include "query/fhir/index_plan.h"
#include "query/fhir/match.h"
#include "query/fhir/scan.h"

namespace query::fhir {
namespace {

using projections::IndexCursor;

// The cursors of all shards, terms and spans as one, newest first, each resource once.
class MergedRows {
 public:
  struct Source {
    const projections::ShardView* view;
    std::unique_ptr<IndexCursor> cursor;
  };

  Status add(const projections::ShardView& view, events::ResourceType type,
             const projections::IndexTerm& term, const projections::IndexSpan& span,
             const std::optional<std::string>& after) {
    auto cursor = std::make_unique<IndexCursor>(view, type, term, span, after);
    if (!cursor->status()) return cursor->status();
    if (cursor->valid()) sources_.push_back({&view, std::move(cursor)});
    return {};
  }
  void begin() { std::make_heap(sources_.begin(), sources_.end(), later_first); }
  bool valid() const { return !sources_.empty(); }
  const Source& front() const { return sources_.front(); }

  Status next() {
    const std::string order(front().cursor->order());
    const events::StreamKey stream = front().cursor->stream();
    do {
      if (auto moved = move_front(); !moved) return moved;
    } while (valid() && front().cursor->order() == order && front().cursor->stream() == stream);
    return {};
  }

 private:
  static bool later_first(const Source& a, const Source& b) {
    if (a.cursor->order() != b.cursor->order()) return a.cursor->order() > b.cursor->order();
    return a.cursor->stream() > b.cursor->stream();
  }
  Status move_front() {
    std::pop_heap(sources_.begin(), sources_.end(), later_first);
    IndexCursor& cursor = *sources_.back().cursor;
    cursor.next();
    if (!cursor.status()) return cursor.status();
    if (cursor.valid()) {
      std::push_heap(sources_.begin(), sources_.end(), later_first);
    } else {
      sources_.pop_back();
    }
    return {};
  }
  std::vector<Source> sources_;  // a heap
};

Status open(Reader& reader, const SearchQuery& query, const Start& start, MergedRows& rows) {
  const IndexPlan plan = plan_index(query);
  std::optional<std::string> after;
  if (start) {
    const auto place = read_chart_key(*start);
    if (!place) return events::invalid("_cursor: not a page of this query; leave it out");
    after = projections::index_order(place->time, place->id);
  }
  const auto count = reader.sources().shards.count();
  for (std::uint32_t partition = 0; partition < count; ++partition) {
    const auto& view = reader.view({partition});
    for (const auto& term : plan.terms) {
      for (const auto& span : plan.spans) {
        if (auto added = rows.add(view, query.table->type, term, span, after); !added) return added;
      }
    }
  }
  rows.begin();
  return {};
}

}  // namespace

Status scan_index(Reader& reader, const SearchQuery& query, const Start& start,
                  const Visit& visit) {
  MergedRows rows;
  if (auto opened = open(reader, query, start, rows); !opened) return opened;
  Values values;
  projections::ChartEntry entry;
  while (rows.valid()) {
    const auto& [view, cursor] = rows.front();
    const auto read =
        entry.read(*view, cursor->stream(), query.table->type, cursor->time(), cursor->id());
    if (!read) return read.error();
    if (*read) {  // else the chart is parked for that patient
      Candidate candidate{*view,           cursor->stream(), query.table->type, cursor->id(),
                          entry.version(), cursor->time(),   entry.facts()};
      const bool wanted = !meets_all(query, candidate, values) || visit(candidate);
      if (!candidate.status) return candidate.status;
      if (!wanted) return {};
    }
    if (auto moved = rows.next(); !moved) return moved;
  }
  return {};
}

}  // namespace query::fhir
