#include "query/fhir/patient_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "query/fhir/candidate.h"
#include "query/fhir/cursor.h"
#include "query/fhir/match.h"

namespace query::fhir {
namespace {

constexpr auto patient_type = schema::ResourceType::Patient;

using projections::DateCriterion;
using projections::IdentifierCriterion;
using projections::NameCriterion;
using projections::PatientQuery;

Status add_ids(std::vector<std::vector<std::string>>& criteria, std::string_view name,
               std::string_view value) {
  std::vector<std::string> any;
  for (const std::string_view one : split_escaped(value, ',')) {
    auto token = parse_token(name, one);
    if (!token) return token.error();
    // Of type `code`, or an id: the system says nothing that the code does not.
    if (token->code) any.push_back(*token->code);
  }
  criteria.push_back(std::move(any));
  return {};
}

Status add_identifiers(PatientQuery& query, std::string_view value) {
  std::vector<IdentifierCriterion> any;
  for (const std::string_view one : split_escaped(value, ',')) {
    auto token = parse_token("identifier", one);
    if (!token) return token.error();
    any.push_back({token->system, token->code.value_or("")});
  }
  query.identifiers.push_back(std::move(any));
  return {};
}

Status add_names(PatientQuery& query, std::string_view name, std::string_view modifier,
                 std::string_view value) {
  using Part = NameCriterion::Part;
  const Part part = name == "family" ? Part::family : name == "given" ? Part::given : Part::any;
  std::vector<NameCriterion> any;
  for (const std::string_view one : split_escaped(value, ',')) {
    if (one.empty())
      return events::invalid(
          fmt::format("{}: an empty value finds nobody; write the beginning of a name", name));
    any.push_back({part, unescape(one), modifier == "exact"});
  }
  query.names.push_back(std::move(any));
  return {};
}

// Equal to a date: what the directory has rows for. False: another prefix is among them.
Result<bool> add_birth_dates(PatientQuery& query, std::string_view value, events::KnownTime now) {
  std::vector<DateCriterion> any;
  for (const std::string_view one : split_escaped(value, ',')) {
    const auto date = parse_date("birthdate", one, now);
    if (!date) return date.error();
    if (date->prefix != Prefix::eq) return false;
    any.push_back({DateCriterion::Prefix::eq, date->low, date->high});
  }
  query.birth_dates.push_back(std::move(any));
  return true;
}

// Criteria by which the directory proposes candidates. False: it has no rows for this one.
Result<bool> take_directory(PatientQuery& query, std::string_view name, std::string_view modifier,
                            std::string_view value, events::KnownTime now) {
  Status added;
  if ((name == "name" || name == "family" || name == "given") &&
      (modifier.empty() || modifier == "exact")) {
    added = add_names(query, name, modifier, value);
  } else if (!modifier.empty()) {
    return false;
  } else if (name == "birthdate") {
    return add_birth_dates(query, value, now);
  } else if (name == "identifier") {
    added = add_identifiers(query, value);
  } else if (name == "_id") {
    added = add_ids(query.ids, name, value);
  } else {
    return false;
  }
  if (!added) return added.error();
  return true;
}

// False for a name that Patient is not searched by.
Result<bool> take(PatientSearch& search, const std::string& full_name, const std::string& value,
                  const SearchInput& input) {
  const auto type = *events::type_of_name("Patient");
  auto including = parse_include(type, full_name, value, search.includes);
  if (!including || *including) return including;
  auto chain = parse_chain(type, full_name, value);
  if (!chain) return chain.error();
  if (*chain) {
    search.chains.push_back(std::move(**chain));
    return true;
  }
  if (full_name == "_sort") {
    if (auto added = add_sort(search.judged, value); !added) return added.error();
    return true;
  }
  const auto colon = full_name.find(':');
  const std::string name = full_name.substr(0, colon);
  const std::string modifier = colon == std::string::npos ? "" : full_name.substr(colon + 1);
  const Parameter* parameter = find_parameter(*search.judged.table, name);
  if (parameter == nullptr) return false;
  auto taken = take_directory(search.query, name, modifier, value, input.context.now);
  if (!taken || *taken) return taken;
  auto criterion = parse_criterion(*parameter, modifier, value, input.context);
  if (!criterion) return criterion.error();
  search.judged.criteria.push_back(std::move(*criterion));
  return true;
}

Candidate candidate_of(const projections::PatientRow& row) {
  return {row.view, row.stream, patient_type, row.id, row.version, std::nullopt, row.facts};
}

// What the directory cannot propose is judged as any other resource is.
void judge_the_rest(PatientSearch& search) {
  const auto judged = std::make_shared<const SearchQuery>(search.judged);
  if (!judged->criteria.empty()) {
    search.query.also = [judged](const projections::PatientRow& row) {
      Candidate candidate = candidate_of(row);
      Values values;
      return meets_all(*judged, candidate, values);
    };
  }
  if (!judged->sort.empty()) {
    search.query.place = [judged](const projections::PatientRow& row) {
      Candidate candidate = candidate_of(row);
      Values values;
      return sort_key(*judged, candidate, values);
    };
  }
}

std::string key_of(const projections::PatientHit& hit) {
  if (!hit.place.empty()) return hit.place;
  return SortKey()
      .text(projections::fold(hit.family))
      .text(projections::fold(hit.given))
      .text(hit.birth_date)
      .id(hit.id)
      .bytes();
}

using ShardVisit = std::function<Status(const projections::ShardView& view,
                                        const std::vector<projections::PatientHit>& hits)>;

// What each shard has. Chains leave ids: a Patient lies in the stream of its own name, so each
// is asked for in one shard only.
Status each_shard(Reader& reader, const ChainContext& context, const PatientSearch& search,
                  const ShardVisit& visit) {
  const auto left = patients_of_chains(reader, context, search.chains);
  if (!left) return left.error();
  const auto count = reader.sources().shards.count();
  std::map<std::uint32_t, std::vector<std::string>> by_shard;
  if (*left) {
    for (const std::string& id : **left) {
      const auto stream = reader.stream(events::patient_stream(events::ResourceId(id)));
      by_shard[events::partition_of(stream, count).value].push_back(id);
    }
  }
  for (std::uint32_t partition = 0; partition < count; ++partition) {
    PatientQuery query = search.query;
    if (*left) {
      const auto ids = by_shard.find(partition);
      if (ids == by_shard.end()) continue;
      query.ids.insert(query.ids.begin(), std::move(ids->second));
    }
    const auto& view = reader.view({partition});
    const auto hits = projections::find_patients(view, query);
    if (!hits) return hits.error();
    if (auto visited = visit(view, *hits); !visited) return visited;
  }
  return {};
}

void add_hits(Reader& reader, const projections::ShardView& view, const PatientSearch& search,
              const std::vector<projections::PatientHit>& hits, Matches& matches) {
  matches.total += hits.size();
  if (search.page.count_only) return;
  for (const auto& hit : hits) {
    std::string key = key_of(hit);
    if (search.page.after && key <= *search.page.after) continue;
    matches.found.push_back({std::move(key), &view,
                             reader.stream(events::patient_stream(events::ResourceId(hit.id))),
                             hit.id, hit.version});
  }
}

}  // namespace

std::span<const PatientSearchParameter> patient_search_parameters() {
  static const std::vector<PatientSearchParameter> parameters = [] {
    std::vector<PatientSearchParameter> all;
    for (const auto list : {projections::search::patient_table().own, common_parameters()}) {
      for (const Parameter& one : list) all.push_back({one.name, one.kind});
    }
    return all;
  }();
  return parameters;
}

Result<PatientSearch> parse_patient_search(const SearchInput& input) {
  PatientSearch search;
  search.judged.table = &projections::search::patient_table();
  PageParser parser;
  QueryParameters used;
  for (const auto& [name, value] : input.parameters) {
    auto taken = parser.take(name, value);
    if (taken && !*taken) taken = take(search, name, value, input);
    if (!taken) return taken.error();
    if (*taken) {
      if (name != "_cursor") used.emplace_back(name, value);
    } else if (auto refused = refuse_unbuilt(name); !refused) {
      return refused.error();
    } else if (!input.lenient) {
      return events::invalid(
          fmt::format("{}: not a search parameter of Patient here; see searchParam of Patient in "
                      "/fhir/metadata, "
                      "or send Prefer: handling=lenient to have it ignored",
                      name));
    } else {
      search.warnings.push_back(events::invalid(
          fmt::format("{}: not a search parameter of Patient here; it was ignored", name)));
    }
  }
  if (!input.as_of.empty()) used.emplace_back("_asOf", input.as_of);
  auto page = std::move(parser).finish("Patient", std::move(used));
  if (!page) return page.error();
  search.page = std::move(*page);
  if (auto named = check_elements("Patient", search.page.subset); !named) return named.error();
  judge_the_rest(search);
  return search;
}

Status each_patient(Reader& reader, const ChainContext& context, const PatientSearch& search,
                    const std::function<Status(const std::string& id)>& visit) {
  return each_shard(reader, context, search, [&](const auto&, const auto& hits) -> Status {
    for (const auto& hit : hits) {
      if (auto visited = visit(hit.id); !visited) return visited;
    }
    return {};
  });
}

Result<std::string> search_patients(Reader& reader, const ops::http::Request& request,
                                    const SearchInput& input) {
  const auto search = parse_patient_search(input);
  if (!search) return search.error();
  Matches matches;
  auto found = each_shard(reader, {request, input.context}, *search,
                          [&](const auto& view, const auto& hits) -> Status {
                            add_hits(reader, view, *search, hits, matches);
                            return {};
                          });
  if (!found) return found.error();
  const bool more = cut_to_page(search->page, matches);
  std::optional<std::uint64_t> total;
  if (search->page.total != Page::Total::none || search->page.count_only) total = matches.total;
  return searchset(reader, request,
                   {*events::type_of_name("Patient"), search->page, matches.found, more, total,
                    search->warnings, search->includes});
}

}  // namespace query::fhir
