#include "query/fhir/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "query/as_of.h"
#include "query/fhir/chain.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/patient_search.h"
#include "query/fhir/scan.h"
#include "query/fhir/search_query.h"
#include "query/fhir/searchset.h"

namespace query::fhir {
namespace {

using ops::http::Request;
using ops::http::Response;

// A search of an earlier moment that names more patients asks over all.
constexpr std::size_t patients_of_the_past_max = 16;

// Few patients are made again one by one; what leads out of their records asks over all.
bool stays_with_few_patients(const SearchQuery& query) {
  const bool reverse = std::any_of(query.includes.begin(), query.includes.end(),
                                   [](const Include& one) { return one.reverse; });
  return !query.patients.empty() && query.patients.size() <= patients_of_the_past_max &&
         query.chains.empty() && !reverse;
}

Status look_over_all(Past& past) {
  auto possible = past.look_over_all();
  if (possible) return {};
  possible.error().message = "_asOf: " + possible.error().message;
  return possible.error();
}

Result<std::string> run(Reader& reader, const Request& request, SearchQuery& query) {
  auto matches = find_page(reader, query);
  if (!matches) return matches.error();
  const bool more = cut_to_page(query.page, *matches);
  std::optional<std::uint64_t> total;
  if (query.page.count_only || (matches->whole && query.page.total != Page::Total::none))
    total = matches->total;
  return searchset(
      reader, request,
      {query.table->type, query.page, matches->found, more, total, query.warnings, query.includes});
}

Result<QueryParameters> parameters_of(const Request& request) {
  QueryParameters parameters = request.query;
  if (request.method != "POST") return parameters;
  const auto* type = request.header("content-type");
  if (type == nullptr || !type->starts_with("application/x-www-form-urlencoded")) {
    return events::Error{
        events::ErrorCode::unsupported,
        "Content-Type: a search by POST is a form; send application/x-www-form-urlencoded",
        {}};
  }
  auto form = parse_form(request.body);
  if (!form) return form.error();
  parameters.insert(parameters.end(), form->begin(), form->end());
  return parameters;
}

// Takes `_asOf` out of the parameters. Null: it is not asked for.
Result<std::unique_ptr<Past>> take_past(const Sources& sources, QueryParameters& parameters) {
  std::unique_ptr<Past> past;
  for (auto one = parameters.begin(); one != parameters.end();) {
    if (one->first != "_asOf") {
      ++one;
      continue;
    }
    if (past != nullptr) return events::invalid("_asOf: given twice; give it once");
    auto as_of = parse_as_of(sources, one->first, one->second);
    if (!as_of) return as_of.error();
    past = std::make_unique<Past>(sources, std::move(*as_of));
    one = parameters.erase(one);
  }
  return past;
}

Result<std::string> search_type(Reader& reader, const Request& request, events::ResourceType type,
                                const QueryParameters& parameters, Past* past) {
  const auto name = events::type_name(type);
  const SearchInput input{name,
                          parameters,
                          {request.base_url, now(), past != nullptr},
                          is_lenient(request),
                          past == nullptr ? std::string_view() : past->as_of().asked};
  if (name == "Patient") {
    if (past != nullptr) {
      if (auto possible = look_over_all(*past); !possible) return possible.error();
    }
    if (auto begun = may_search(reader.sources(), request, name, {}); !begun) return begun.error();
    return search_patients(reader, request, input);
  }
  const auto* table = search_table(type);
  if (table == nullptr) {
    return events::Error{events::ErrorCode::unsupported,
                         fmt::format("{}: is not searched here; read it by its id", name),
                         {}};
  }
  auto query = parse_search(*table, input);
  if (!query) return query.error();
  if (past != nullptr && !stays_with_few_patients(*query)) {
    if (auto possible = look_over_all(*past); !possible) return possible.error();
  }
  const std::string patient = query->patients.size() == 1 ? query->patients.front() : std::string();
  if (auto begun = may_search(reader.sources(), request, name, patient); !begun)
    return begun.error();
  if (auto resolved = resolve_chains(reader, {request, input.context}, *query); !resolved)
    return resolved.error();
  return run(reader, request, *query);
}

}  // namespace

events::KnownTime now() {
  return std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
}

Status may_search(const Sources& sources, const Request& request, std::string_view type,
                  std::string_view patient) {
  if (auto allowed =
          ops::auth::permit(request.principal, {ops::auth::Access::search, type, patient});
      !allowed)
    return allowed;
  return await_position(sources, request);
}

Response search(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  const auto type = resource_type_named(request.capture("type"));
  if (!type) return ops::http::outcome_response(type.error());
  auto parameters = parameters_of(request);
  if (!parameters) return ops::http::outcome_response(parameters.error());
  const auto past = take_past(sources, *parameters);
  if (!past) return ops::http::outcome_response(past.error());
  Reader reader(*past ? (*past)->sources() : sources);
  auto bundle = search_type(reader, request, *type, *parameters, past->get());
  if (*past && !(*past)->shards().status()) bundle = (*past)->shards().status().error();
  if (!bundle) return ops::http::outcome_response(bundle.error());
  auto response = with_position(Response::fhir(200, std::move(*bundle)), reader.position());
  return *past ? (*past)->marked(std::move(response)) : response;
}

}  // namespace query::fhir
