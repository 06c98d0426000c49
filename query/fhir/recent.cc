#include "query/fhir/recent.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "projections/chart.h"
#include "projections/main_time.h"
#include "query/fhir/match.h"

namespace query::fhir {
namespace {

using events::KnownTime;
using events::Micros;
using events::Offset;
using projections::ShardView;

constexpr std::size_t changes_at_once = 256;

// No version older than this meets the criterion; nothing if old ones may.
std::optional<KnownTime> oldest_of(const Criterion& criterion) {
  if (criterion.parameter->take != nullptr || criterion.modifier != Modifier::none)
    return std::nullopt;
  std::optional<Micros> oldest;
  for (const Pattern& pattern : criterion.any) {
    const auto* date = std::get_if<DatePattern>(&pattern);
    if (date == nullptr || date->prefix == Prefix::ne || date->prefix == Prefix::lt ||
        date->prefix == Prefix::le || date->prefix == Prefix::eb)
      return std::nullopt;
    oldest = oldest ? std::min(*oldest, date->low) : date->low;
  }
  // An instant is a microsecond wide: one that begins before may end within.
  return oldest ? std::optional(KnownTime(*oldest - Micros(1))) : std::nullopt;
}

std::optional<KnownTime> oldest_of(const SearchQuery& query) {
  std::optional<KnownTime> oldest;
  for (const Criterion& criterion : query.criteria) {
    const auto one = oldest_of(criterion);
    if (one) oldest = oldest ? std::max(*oldest, *one) : *one;
  }
  return oldest;
}

// The chart row's.
std::optional<Micros> time_of(const projections::VersionRow& row) {
  const auto span = projections::main_time(*flatbuffers::GetRoot<schema::Facts>(row.facts.data()));
  return span && span->low != Micros::min() ? std::optional(span->low) : std::nullopt;
}

struct Changed {
  const ShardView* view;
  events::StreamKey stream;
  std::string id;
  friend bool operator<(const Changed& a, const Changed& b) {
    return std::tie(a.view, a.stream, a.id) < std::tie(b.view, b.stream, b.id);
  }
};

// False: more than are looked at.
Result<bool> collect(const ShardView& view, KnownTime oldest, events::ResourceType type,
                     std::size_t& events, std::set<Changed>& changed) {
  auto from = first_since(view, oldest);
  if (!from) return from.error();
  while (true) {
    const auto changes = view.changes(*from, std::nullopt, changes_at_once);
    if (!changes) return changes.error();
    if (changes->empty()) return true;
    for (const auto& change : *changes) {
      events += change.events.size();
      for (const auto& event : change.events) {
        if (event.type == type) changed.insert({&view, change.stream, event.id.text()});
      }
    }
    if (events > recent_events_max) return false;
    *from = changes->back().position.offset.next();
  }
}

}  // namespace

Result<Offset> first_since(const ShardView& view, KnownTime oldest) {
  std::int64_t low = 0, high = view.next_offset().value;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const auto change = view.changes({middle}, std::nullopt, 1);
    if (!change) return change.error();
    if (change->empty() || change->front().known_time >= oldest) {
      high = middle;
    } else {
      low = change->front().position.offset.value + 1;
    }
  }
  return Offset{low};
}

Result<bool> scan_recent(Reader& reader, const SearchQuery& query, const Visit& visit) {
  const auto oldest = oldest_of(query);
  if (!oldest) return false;
  std::set<Changed> changed;
  std::size_t events = 0;
  for (std::uint32_t i = 0; i < reader.sources().shards.count(); ++i) {
    const auto few = collect(reader.view({i}), *oldest, query.table->type, events, changed);
    if (!few || !*few) return few;
  }
  Values values;
  projections::ChartEntry entry;
  for (const Changed& one : changed) {
    const auto row = one.view->current(one.stream, query.table->type, one.id);
    if (!row) return row.error();
    if (!*row || (*row)->effect == events::EventEffect::deleted) continue;
    const auto time = time_of(**row);
    const auto read = entry.read(*one.view, one.stream, query.table->type, time, one.id);
    if (!read) return read.error();
    if (!*read) continue;
    Candidate candidate{*one.view,       one.stream, query.table->type, one.id,
                        entry.version(), time,       entry.facts()};
    candidate.known_time = (*row)->known_time;
    if (meets_all(query, candidate, values)) visit(candidate);
    if (!candidate.status) return candidate.status.error();
  }
  return true;
}

}  // namespace query::fhir
