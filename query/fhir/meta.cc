#include "query/fhir/meta.h"

#include <fmt/format.h>

#include <set>

#include "events/schema/clinical_generated.h"
#include "query/fhir/negotiation.h"
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

void collect(const schema::Facts& facts, Meta& meta) {
  if (const auto* profiles = facts.profiles()) {
    for (const auto* profile : *profiles) meta.profiles.insert(profile->str());
  }
  for (const auto& [codings, into] :
       {std::pair{facts.tags(), &meta.tags}, std::pair{facts.security(), &meta.security}}) {
    if (codings == nullptr) continue;
    for (const auto* coding : *codings) into->insert(coding_json(*coding));
  }
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

Result<std::string> answer(Reader& reader, const Request& request) {
  const std::string name(request.capture("type"));
  const auto type = events::type_of_name(name);
  const auto* table = type ? search_table(*type) : nullptr;
  if (table == nullptr) {
    return events::Error{
        events::ErrorCode::not_found,
        fmt::format("$meta of all {} is not answered; ask {}/<id>/$meta", name, name),
        {}};
  }
  if (auto begun = may_search(reader.sources(), request, name, {}); !begun) return begun.error();
  auto query =
      parse_search(*table, {name, request.query, {request.base_url, now()}, is_lenient(request)});
  if (!query) return query.error();
  Meta meta;
  std::size_t looked_at = 0;
  const auto scanned = scan_all(reader, *query, std::nullopt, [&](Candidate& one) {
    collect(one.facts, meta);
    return ++looked_at <= looked_at_max;
  });
  if (!scanned) return scanned.error();
  if (looked_at > looked_at_max) {
    return events::unprocessable(
        fmt::format("$meta: of more than {} resources; narrow it with criteria (patient=), or ask "
                    "{}/<id>/$meta",
                    looked_at_max, name));
  }
  return parameters_json(meta);
}

}  // namespace

Response meta_of_type(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  Reader reader(sources);
  auto parameters = answer(reader, request);
  if (!parameters) return ops::http::outcome_response(parameters.error());
  return with_position(Response::fhir(200, std::move(*parameters)), reader.position());
}

}  // namespace query::fhir
