#include "query/fhir/meta.h"

#include <fmt/format.h>

#include <set>

#include "events/schema/clinical_generated.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/patient_search.h"
#include "query/fhir/scan.h"
#include "query/fhir/search.h"

namespace query::fhir {
namespace {

namespace schema = events::schema;
using ops::http::json_quote;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t looked_at_max = 200'000;

struct Meta {
  std::set<std::string> profiles;
  std::set<std::string> tags;  // as JSON
  std::set<std::string> security;
  std::size_t looked_at = 0;
};

std::string coding_json(const schema::Coding& coding) {
  std::string json;
  const auto add = [&](std::string_view name, const flatbuffers::String* value) {
    if (value != nullptr && value->size() > 0)
      json += fmt::format(R"({}"{}":{})", json.empty() ? "" : ",", name, json_quote(value->str()));
  };
  add("system", coding.system());
  add("code", coding.code());
  add("display", coding.display());
  return "{" + json + "}";
}

// False: enough was looked at.
bool collect(const schema::Facts& facts, Meta& meta) {
  if (const auto* profiles = facts.profiles()) {
    for (const auto* profile : *profiles) meta.profiles.insert(profile->str());
  }
  for (const auto& [codings, into] :
       {std::pair{facts.tags(), &meta.tags}, std::pair{facts.security(), &meta.security}}) {
    if (codings == nullptr) continue;
    for (const auto* coding : *codings) into->insert(coding_json(*coding));
  }
  return ++meta.looked_at <= looked_at_max;
}

std::string list_json(std::string_view name, const std::set<std::string>& items, bool quoted) {
  if (items.empty()) return {};
  std::vector<std::string> all;
  for (const auto& item : items) all.push_back(quoted ? json_quote(item) : item);
  return fmt::format(R"("{}":[{}])", name, fmt::join(all, ","));
}

std::string parameters_json(const Meta& meta) {
  std::vector<std::string> members;
  for (auto& list :
       {list_json("profile", meta.profiles, true), list_json("security", meta.security, false),
        list_json("tag", meta.tags, false)}) {
    if (!list.empty()) members.push_back(list);
  }
  return fmt::format(
      R"({{"resourceType":"Parameters","parameter":[{{"name":"return","valueMeta":{{{}}}}}]}})",
      fmt::join(members, ","));
}

SearchInput input_of(const Request& request, std::string_view type, const QueryParameters& query) {
  return {type, query, {request.base_url, now()}, is_lenient(request)};
}

// None is kept as found: each is looked at where it is judged.
Status collect_patients(Reader& reader, const Request& request, const SearchInput& input,
                        Meta& meta) {
  auto search = parse_patient_search(input);
  if (!search) return search.error();
  search->query.also = [&meta, judged = search->query.also](const projections::PatientRow& row) {
    if (meta.looked_at <= looked_at_max && (!judged || judged(row))) collect(row.facts, meta);
    return false;
  };
  return each_patient(reader, {request, input.context}, *search,
                      [](const std::string&) { return Status(); });
}

Status collect_type(Reader& reader, const Request& request, std::string_view type,
                    const QueryParameters& parameters, Meta& meta) {
  const auto input = input_of(request, type, parameters);
  if (type == "Patient") return collect_patients(reader, request, input, meta);
  auto query = parse_search(*search_table(*events::type_of_name(type)), input);
  if (!query) return query.error();
  return scan_all(reader, *query, std::nullopt,
                  [&meta](Candidate& one) { return collect(one.facts, meta); });
}

Result<std::string> parameters_of(const Meta& meta, std::string_view instead) {
  if (meta.looked_at <= looked_at_max) return parameters_json(meta);
  return events::unprocessable(
      fmt::format("$meta: of more than {} resources; {}", looked_at_max, instead));
}

bool is_searched(std::string_view type) {
  const auto known = events::type_of_name(type);
  return type == "Patient" || (known && search_table(*known) != nullptr);
}

Result<std::string> of_type(Reader& reader, const Request& request) {
  const std::string name(request.capture("type"));
  if (!is_searched(name)) {
    return events::Error{
        events::ErrorCode::not_found,
        fmt::format("$meta of all {} is not answered; ask {}/<id>/$meta", name, name),
        {}};
  }
  if (auto begun = may_search(reader.sources(), request, name, {}); !begun) return begun.error();
  Meta meta;
  if (auto done = collect_type(reader, request, name, request.query, meta); !done)
    return done.error();
  return parameters_of(meta, "narrow it with criteria (patient=), or ask " + name + "/<id>/$meta");
}

Result<std::string> of_all(Reader& reader, const Request& request) {
  if (auto known = check_parameters(request, {"_format"}); !known) return known.error();
  std::vector<std::string_view> types{"Patient"};
  for (const auto& table : projections::search::searched_types())
    types.push_back(events::type_name(table.type));
  Meta meta;
  for (const auto type : types) {
    if (auto begun = may_search(reader.sources(), request, std::string(type), {}); !begun)
      return begun.error();
    if (auto done = collect_type(reader, request, type, {}, meta); !done) return done.error();
  }
  return parameters_of(meta, "ask <type>/$meta");
}

Response answered(const Sources& sources, const Request& request,
                  Result<std::string> (*answer)(Reader&, const Request&)) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  Reader reader(sources);
  auto parameters = answer(reader, request);
  if (!parameters) return ops::http::outcome_response(parameters.error());
  return with_position(Response::fhir(200, std::move(*parameters)), reader.position());
}

}  // namespace

Response meta_of_type(const Sources& sources, const Request& request) {
  return answered(sources, request, of_type);
}

Response meta_of_all(const Sources& sources, const Request& request) {
  return answered(sources, request, of_all);
}

}  // namespace query::fhir
