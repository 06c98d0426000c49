#include "query/fhir/docref.h"

#include <fmt/format.h>

#include "query/fhir/negotiation.h"
#include "query/fhir/scan.h"
#include "query/fhir/search.h"
#include "query/fhir/searchset.h"

namespace query::fhir {
namespace {

using ops::http::Request;
using ops::http::Response;

constexpr std::string_view document_reference = "DocumentReference";
constexpr const char* summary_of_care = "http://loinc.org|34133-9";

events::Status take(const std::string& name, const std::string& value, QueryParameters& criteria) {
  if (name == "patient" || name == "type" || name == "_format") {
    criteria.emplace_back(name, value);
  } else if (name == "start") {
    criteria.emplace_back("period", "ge" + value);
  } else if (name == "end") {
    criteria.emplace_back("period", "le" + value);
  } else if (name == "on-demand") {
    if (value != "false")
      return events::unprocessable("on-demand: no document is made here; leave it out");
  } else if (name == "profile") {
    return events::unprocessable("profile: documents are not chosen by profile; leave it out");
  } else {
    return events::invalid(fmt::format(
        "{}: not a parameter of $docref; known are patient, type, start, end, on-demand", name));
  }
  return {};
}

struct Asked {
  QueryParameters criteria;
  bool newest_only = false;
};

events::Result<Asked> read(const Request& request) {
  Asked asked;
  auto& criteria = asked.criteria;
  for (const auto& [name, value] : request.query) {
    if (auto taken = take(name, value, criteria); !taken) return taken.error();
  }
  if (request.parameter("patient") == nullptr)
    return events::invalid("$docref: patient is missing; write patient=<id>");
  if (request.parameter("type") == nullptr) criteria.emplace_back("type", summary_of_care);
  asked.newest_only = request.parameter("start") == nullptr && request.parameter("end") == nullptr;
  if (asked.newest_only) {
    criteria.emplace_back("_sort", "-date");
    criteria.emplace_back("_count", "1");
  }
  criteria.emplace_back("status", "current");
  return asked;
}

// `request`: the search that this is in other words; its further pages are read as such.
events::Result<std::string> answer(Reader& reader, const Request& request, bool newest_only) {
  const auto type = *events::type_of_name(document_reference);
  auto query = parse_search(
      *search_table(type),
      {document_reference, request.query, {request.base_url, now()}, is_lenient(request)});
  if (!query) return query.error();
  if (query->patients.size() != 1)
    return events::invalid("$docref: is of one patient; write patient=<id>");
  if (auto begun =
          may_search(reader.sources(), request, document_reference, query->patients.front());
      !begun)
    return begun.error();
  auto matches = find_page(reader, *query);
  if (!matches) return matches.error();
  const bool more = cut_to_page(query->page, *matches) && !newest_only;
  return searchset(
      reader, request,
      {type, query->page, matches->found, more, std::nullopt, query->warnings, query->includes});
}

}  // namespace

Response documents_of_patient(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  auto asked = read(request);
  if (!asked) return ops::http::outcome_response(asked.error());
  Request in_other_words = request;
  in_other_words.path = fmt::format("/fhir/{}", document_reference);
  in_other_words.query = std::move(asked->criteria);
  Reader reader(sources);
  auto bundle = answer(reader, in_other_words, asked->newest_only);
  if (!bundle) return ops::http::outcome_response(bundle.error());
  return with_position(Response::fhir(200, std::move(*bundle)), reader.position());
}

}  // namespace query::fhir
