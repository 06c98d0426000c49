#include "query/fhir/scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "events/fhir/definitions.h"
#include "projections/chart.h"
#include "projections/search/reference_targets.h"
#include "projections/search_index.h"
#include "query/fhir/cursor.h"
#include "query/fhir/index_plan.h"
#include "query/fhir/match.h"
#include "query/fhir/recent.h"

namespace query::fhir {
namespace {

// More streams than this are looked for in the index: each costs a seek of its own.
constexpr std::size_t streams_max = 64;
constexpr std::size_t identified_max = 1000;

using Streams = std::vector<events::StreamKey>;

void add_once(Streams& streams, const events::StreamKey& stream) {
  if (std::find(streams.begin(), streams.end(), stream) == streams.end()) streams.push_back(stream);
}

// The stream of those of several patients or of none.
events::StreamKey others_of(Reader& reader, const SearchQuery& query) {
  return reader.stream(fmt::format("other/{}", events::type_name(query.table->type)));
}

bool is_nobodys(Reader& reader, events::ResourceType type, const events::StreamKey& stream) {
  return stream == reader.stream("directory") ||
         stream == reader.stream(fmt::format("other/{}", events::type_name(type)));
}

Status add_stream_of(Reader& reader, events::ResourceType type, const std::string& id,
                     Streams& streams) {
  if (!events::is_fhir_id(id)) return {};
  const auto known = reader.find(type, id);
  if (!known && known.error().code == events::ErrorCode::not_found) return {};
  if (!known) return known.error();
  add_once(streams, known->stream);
  return {};
}

Result<std::optional<Streams>> streams_of_ids(Reader& reader, const SearchQuery& query) {
  Streams streams;
  for (const std::string& id : query.ids) {
    if (auto added = add_stream_of(reader, query.table->type, id, streams); !added)
      return added.error();
  }
  return std::optional(std::move(streams));
}

// A whole identifier is on the ledger.
Result<std::optional<Streams>> streams_of_identifiers(Reader& reader, const SearchQuery& query,
                                                      const Criterion& criterion) {
  Streams streams;
  for (const Pattern& pattern : criterion.any) {
    const auto& token = std::get<TokenPattern>(pattern);
    const auto known = reader.sources().shards.lookup().find_by_identifier(
        query.table->type, std::nullopt, token.system, *token.code, identified_max);
    if (!known) return known.error();
    if (known->size() == identified_max) return std::optional<Streams>();
    for (const auto& one : *known) add_once(streams, one.stream);
  }
  return std::optional(std::move(streams));
}

bool names_whole_identifiers(const Criterion& criterion) {
  return criterion.parameter->name == "identifier" && criterion.modifier == Modifier::none &&
         std::all_of(criterion.any.begin(), criterion.any.end(), [](const Pattern& pattern) {
           const auto* token = std::get_if<TokenPattern>(&pattern);
           return token != nullptr && token->code && !token->code->empty();
         });
}

// References to resources of patients: who refers to one lies in its stream, or in the
// stream of those of several patients.
bool names_clinical_resources(const Criterion& criterion) {
  return criterion.parameter->kind == ParameterKind::reference &&
         criterion.modifier == Modifier::none &&
         std::all_of(criterion.any.begin(), criterion.any.end(), [](const Pattern& pattern) {
           const auto* reference = std::get_if<ReferencePattern>(&pattern);
           return reference != nullptr && reference->url.empty() && !reference->id.empty() &&
                  !(reference->type && events::is_directory_type(*reference->type));
         });
}

bool leads_to_one_type(const SearchQuery& query, const Criterion& criterion) {
  const auto* parameter = events::fhir::search_parameter(events::type_name(query.table->type),
                                                         criterion.parameter->name);
  return parameter != nullptr && parameter->targets.size() == 1;
}

// Nothing where one is not known, or is of no patient: anybody may refer to it.
Result<std::optional<Streams>> streams_of_references(Reader& reader, const SearchQuery& query,
                                                     const Criterion& criterion) {
  Streams streams;
  for (const Pattern& pattern : criterion.any) {
    const auto& reference = std::get<ReferencePattern>(pattern);
    std::vector<events::ResourceType> types;
    if (reference.type) {
      types = {*reference.type};
    } else {
      types = projections::search::reference_targets(query.table->type, criterion.parameter->name);
    }
    // Any of several types may have that id, also one that is not kept here.
    if (types.size() != 1 || (!reference.type && !leads_to_one_type(query, criterion)))
      return std::optional<Streams>();
    Streams own;
    for (const auto type : types) {
      if (events::is_directory_type(type)) return std::optional<Streams>();
      if (auto added = add_stream_of(reader, type, reference.id, own); !added) return added.error();
      if (own.empty() || is_nobodys(reader, type, own.front())) return std::optional<Streams>();
    }
    for (const auto& stream : own) add_once(streams, stream);
  }
  add_once(streams, others_of(reader, query));
  return std::optional(std::move(streams));
}

// Nothing: no criterion leads to few streams.
Result<std::optional<Streams>> streams_of(Reader& reader, const SearchQuery& query) {
  if (!query.patients.empty() && query.patients.size() <= streams_max) {
    Streams streams;
    for (const std::string& patient : query.patients)
      add_once(streams, reader.stream(events::patient_stream(events::ResourceId(patient))));
    add_once(streams, others_of(reader, query));
    return std::optional(std::move(streams));
  }
  if (!query.ids.empty()) return streams_of_ids(reader, query);
  for (const Criterion& criterion : query.criteria) {
    // Identifiers that were removed since are not on the ledger.
    if (!query.earlier && names_whole_identifiers(criterion)) {
      auto found = streams_of_identifiers(reader, query, criterion);
      if (!found || *found) return found;
    } else if (names_clinical_resources(criterion)) {
      auto found = streams_of_references(reader, query, criterion);
      if (!found || *found) return found;
    }
  }
  for (const ReferenceSet& set : query.reference_sets) {
    if (!set.stays_with_patients || set.streams.size() > streams_max) continue;
    Streams streams(set.streams.begin(), set.streams.end());
    add_once(streams, others_of(reader, query));
    return std::optional(std::move(streams));
  }
  return std::optional<Streams>();
}

bool leads_nowhere(const SearchQuery& query) {
  return (query.only_ids && query.only_ids->empty()) ||
         std::any_of(query.reference_sets.begin(), query.reference_sets.end(),
                     [](const ReferenceSet& set) { return set.size() == 0; });
}

void warn_of_parked(const std::vector<projections::ParkedPatient>& parked, SearchQuery& query) {
  for (const auto& one : parked) {
    if (one.projection != "chart" && one.projection != "search_index") continue;
    query.warnings.push_back(
        {events::ErrorCode::unavailable,
         fmt::format("incomplete since partition {} offset {}: later changes wait for repair",
                     one.since.partition.value, one.since.offset.value),
         {}});
  }
}

Status scan_one(Reader& reader, const events::StreamKey& stream, SearchQuery& query,
                const Start& start, const Visit& visit) {
  const auto& view = reader.view_of(stream);
  const auto parked = view.parked(stream);
  if (!parked) return parked.error();
  warn_of_parked(*parked, query);
  return scan_stream(view, stream, query, start, visit);
}

projections::ChartCursor open_chart(const projections::ShardView& view,
                                    const events::StreamKey& stream, events::ResourceType type,
                                    const Start& start) {
  const auto place = start ? read_chart_key(*start) : std::nullopt;
  if (!place) return {view, stream, type};
  return {view, stream, type, place->time.value_or(events::Micros::min())};
}

// The main date below which no row of the stream matches; nothing: there may be some anywhere.
// What lasts longer than a day may have begun before; the index of the shard says whether
// anything of the type did, or has no beginning.
Result<std::optional<events::Micros>> oldest_match(const projections::ShardView& view,
                                                   const events::StreamKey& stream,
                                                   const SearchQuery& query) {
  const auto [brief, longer] = plan_spans(query);
  if (!brief.low || home_of(*query.table) == Home::directory) return longer.low;
  if (longer.low && *longer.low >= *brief.low) return brief.low;
  // The index of an earlier moment costs more than to read on.
  if (query.earlier) return longer.low;
  const auto parked = view.parked(stream);
  if (!parked) return parked.error();
  for (const auto& one : *parked) {
    if (one.projection == "search_index") return longer.low;
  }
  const projections::IndexCursor earlier(view, query.table->type, projections::type_term(),
                                         {false, longer.low, brief.low}, std::nullopt);
  if (!earlier.status()) return earlier.status().error();
  return earlier.valid() ? longer.low : brief.low;
}

// Two streams may have a resource of one id: which comes first must not depend on how a scan went.
bool comes_before(const Found& a, const Found& b) {
  return std::tie(a.key, a.stream) < std::tie(b.key, b.stream);
}

// Keeps the first of them, a page and one more, whatever passes by.
class PageKeeper {
 public:
  PageKeeper(const SearchQuery& query, bool may_stop)
      : query_(query), may_stop_(may_stop), room_(query.page.count + 1) {}

  bool visit(Candidate& match) {
    ++matches_.total;
    if (query_.page.count_only) return true;
    std::string key = sort_key(query_, match, values_);
    if (query_.page.after && key <= *query_.page.after) return true;
    auto& kept = matches_.found;
    if (kept.size() == room_) {
      const auto& last = kept.front();
      if (std::tie(key, match.stream) >= std::tie(last.key, last.stream)) {
        matches_.whole &= !may_stop_;
        return !may_stop_ || key == last.key;
      }
      std::pop_heap(kept.begin(), kept.end(), comes_before);
      kept.pop_back();
    }
    kept.push_back({std::move(key), &match.view, match.stream, match.id, match.version});
    std::push_heap(kept.begin(), kept.end(), comes_before);
    return true;
  }
  Matches take() && { return std::move(matches_); }

 private:
  const SearchQuery& query_;
  const bool may_stop_;
  const std::size_t room_;
  Matches matches_;
  Values values_;
};

}  // namespace

Status scan_stream(const projections::ShardView& view, const events::StreamKey& stream,
                   const SearchQuery& query, const Start& start, const Visit& visit) {
  Values values;
  const auto oldest = oldest_match(view, stream, query);
  if (!oldest) return oldest.error();
  auto cursor = open_chart(view, stream, query.table->type, start);
  for (; cursor.valid(); cursor.next()) {
    if (*oldest && cursor.time() < **oldest) break;  // also those without a date, the last
    Candidate candidate{view,          stream,        cursor.type(), cursor.id(), cursor.version(),
                        cursor.time(), cursor.facts()};
    const bool wanted = !meets_all(query, candidate, values) || visit(candidate);
    if (!candidate.status) return candidate.status;
    if (!wanted) break;
  }
  return cursor.status();
}

Status scan_all(Reader& reader, SearchQuery& query, const Start& start, const Visit& visit) {
  if (leads_nowhere(query)) return {};
  auto streams = streams_of(reader, query);
  if (!streams) return streams.error();
  if (!*streams) {
    // In no order: each match is visited, also after the visitor has enough.
    const auto recent = scan_recent(reader, query, visit);
    if (!recent) return recent.error();
    if (*recent) return {};
  }
  if (!*streams && home_of(*query.table) != Home::directory) {
    const auto count = reader.sources().shards.count();
    for (std::uint32_t partition = 0; partition < count; ++partition) {
      const auto parked = reader.view({partition}).parked(std::nullopt);
      if (!parked) return parked.error();
      warn_of_parked(*parked, query);
    }
    return scan_index(reader, query, start, visit);
  }
  if (!*streams) {
    // The directory is scanned as it lies; patients may have such resources of their own.
    if (auto scanned = scan_index(reader, query, start, visit); !scanned) return scanned;
    streams->emplace({reader.stream("directory")});
  }
  for (const auto& stream : **streams) {
    if (auto scanned = scan_one(reader, stream, query, start, visit); !scanned) return scanned;
  }
  return {};
}

Result<Matches> find_page(Reader& reader, SearchQuery& query) {
  // The rows lie in this order already; a resource without its main date has another's place.
  if (query.patients.empty() && query.sort.size() == 1 && query.sort.front().descending &&
      query.sort.front().parameter->name == projections::main_date_parameter(query.table->type)) {
    query.sort.clear();
  }
  const bool may_stop =
      query.sort.empty() && !query.page.count_only && query.page.total != Page::Total::accurate;
  PageKeeper keeper(query, may_stop);
  Start start;
  if (may_stop) start = query.page.after;
  auto scanned =
      scan_all(reader, query, start, [&](Candidate& match) { return keeper.visit(match); });
  if (!scanned) return scanned.error();
  Matches matches = std::move(keeper).take();
  matches.whole &= !start;
  return matches;
}

bool cut_to_page(const Page& page, Matches& matches) {
  const bool more = matches.found.size() > page.count;
  const auto end = matches.found.begin() +
                   static_cast<std::ptrdiff_t>(std::min(matches.found.size(), page.count));
  std::partial_sort(matches.found.begin(), end, matches.found.end(), comes_before);
  matches.found.erase(end, matches.found.end());
  return more;
}

}  // namespace query::fhir
