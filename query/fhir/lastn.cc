#include "query/fhir/lastn.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "events/schema/clinical_generated.h"
#include "query/facts_json.h"
#include "query/fhir/chain.h"
#include "query/fhir/match.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/scan.h"
#include "query/fhir/search.h"
#include "query/fhir/searchset.h"

namespace query::fhir {
namespace {

using ops::http::Request;
using ops::http::Response;

constexpr std::string_view observation = "Observation";
// Of searches that go on from page to page.
constexpr std::array paging{"_count", "_cursor", "_sort", "_total", "_include", "_revinclude"};
constexpr std::array codes{"code", "combo-code", "category"};

struct LastnQuery {
  SearchQuery search;
  std::size_t max = 1;
};

std::string_view without_modifier(std::string_view name) { return name.substr(0, name.find(':')); }

bool is_asked(const Request& request, std::string_view name) {
  return std::ranges::any_of(request.query,
                             [&](const auto& one) { return without_modifier(one.first) == name; });
}

Result<std::size_t> parse_max(std::string_view text) {
  std::size_t max = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), max);
  if (fault != std::errc{} || end != text.data() + text.size() || max == 0 || max > count_max)
    return events::invalid(fmt::format("max: \"{}\" is none; write 1 to {}", text, count_max));
  return max;
}

Result<LastnQuery> parse(const Request& request, const SearchInput& input) {
  LastnQuery query;
  QueryParameters criteria;
  for (const auto& [name, value] : request.query) {
    if (name == "max") {
      auto max = parse_max(value);
      if (!max) return max.error();
      query.max = *max;
      continue;
    }
    if (std::ranges::find(paging, without_modifier(name)) != paging.end())
      return events::invalid(fmt::format("{}: not a parameter of $lastn; leave it out", name));
    criteria.emplace_back(name, value);
  }
  if (std::ranges::none_of(codes, [&](const char* one) { return is_asked(request, one); }))
    return events::invalid("$lastn: category or code is missing");
  auto search = parse_search(*search_table(*events::type_of_name(observation)),
                             {observation, criteria, input.context, input.lenient});
  if (!search) return search.error();
  if (search->patients.size() != 1)
    return events::invalid("$lastn: is of one patient; write patient=<id> or subject=Patient/<id>");
  if (search->page.count_only)
    return events::invalid("_summary: count is of searches; leave it out");
  query.search = std::move(*search);
  return query;
}

// What makes two observations of one code: each coding, or the text where there is none.
std::vector<std::string> names_of(const schema::Facts& facts) {
  std::vector<std::string> names;
  const auto* of = facts.of_as_Observation();
  const auto* code = of == nullptr ? nullptr : of->code();
  if (code == nullptr) return {""};
  const auto text = [](const flatbuffers::String* one) {
    return one == nullptr ? std::string() : one->str();
  };
  if (const auto* codings = code->codings()) {
    for (const auto* coding : *codings)
      names.push_back(text(coding->system()) + '|' + text(coding->code()));
  }
  if (names.empty()) names.push_back("text " + text(code->text()));
  return names;
}

struct Match {
  Found found;
  std::vector<std::string> names;
};

// All that meet the criteria, newest first: of one patient, so they are few.
Result<std::vector<Match>> all_matches(Reader& reader, SearchQuery& query, bool with_mistakes) {
  std::vector<Match> matches;
  Status status;
  projections::search::Values values;
  const auto scanned = scan_all(reader, query, std::nullopt, [&](Candidate& one) {
    if (!with_mistakes && is_entered_in_error(one.facts)) return true;
    matches.push_back({{sort_key(query, one, values), &one.view, one.stream, one.id, one.version},
                       names_of(one.facts)});
    status = one.status;
    return status.has_value();
  });
  if (!scanned) return scanned.error();
  if (!status) return status.error();
  std::ranges::sort(matches, {}, [](const Match& one) { return one.found.key; });
  return matches;
}

std::vector<Found> newest_of_each(std::vector<Match> matches, std::size_t max) {
  std::unordered_map<std::string, std::size_t> group_of;
  std::vector<std::size_t> kept;  // by group
  std::vector<Found> found;
  for (Match& match : matches) {
    std::size_t group = kept.size();
    for (const auto& name : match.names) {
      if (const auto known = group_of.find(name); known != group_of.end()) group = known->second;
    }
    if (group == kept.size()) kept.push_back(0);
    for (auto& name : match.names) group_of.emplace(std::move(name), group);
    if (kept[group] == max) continue;
    ++kept[group];
    found.push_back(std::move(match.found));
  }
  return found;
}

Result<std::string> answer(Reader& reader, const Request& request) {
  const SearchInput input{
      observation, request.query, {request.base_url, now()}, is_lenient(request)};
  auto query = parse(request, input);
  if (!query) return query.error();
  if (auto begun =
          may_search(reader.sources(), request, observation, query->search.patients.front());
      !begun)
    return begun.error();
  if (auto resolved = resolve_chains(reader, {request, input.context}, query->search); !resolved)
    return resolved.error();
  auto matches = all_matches(reader, query->search, is_asked(request, "status"));
  if (!matches) return matches.error();
  const auto found = newest_of_each(std::move(*matches), query->max);
  if (found.size() > count_max) {
    return events::unprocessable(
        fmt::format("$lastn: {} observations; the limit is {}: ask for a code or a smaller max",
                    found.size(), count_max));
  }
  query->search.page.used = request.query;
  return searchset(reader, request,
                   {query->search.table->type, query->search.page, found, false, found.size(),
                    query->search.warnings, query->search.includes});
}

}  // namespace

Response last_observations(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  Reader reader(sources);
  auto bundle = answer(reader, request);
  if (!bundle) return ops::http::outcome_response(bundle.error());
  return with_position(Response::fhir(200, std::move(*bundle)), reader.position());
}

}  // namespace query::fhir
