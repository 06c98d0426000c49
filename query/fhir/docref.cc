#include "query/fhir/docref.h"

#include <fmt/format.h>

#include "query/fhir/search.h"

namespace query::fhir {
namespace {

using ops::http::Request;
using ops::http::Response;

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

events::Result<QueryParameters> criteria_of(const Request& request) {
  QueryParameters criteria;
  for (const auto& [name, value] : request.query) {
    if (auto taken = take(name, value, criteria); !taken) return taken.error();
  }
  if (request.parameter("patient") == nullptr)
    return events::invalid("$docref: patient is missing; write patient=<id>");
  if (request.parameter("type") == nullptr) criteria.emplace_back("type", summary_of_care);
  if (request.parameter("start") == nullptr && request.parameter("end") == nullptr) {
    criteria.emplace_back("_sort", "-date");
    criteria.emplace_back("_count", "1");
  }
  criteria.emplace_back("status", "current");
  return criteria;
}

}  // namespace

// A search in other words, and so are its further pages.
Response documents_of_patient(const Sources& sources, const Request& request) {
  auto criteria = criteria_of(request);
  if (!criteria) return ops::http::outcome_response(criteria.error());
  Request search_request = request;
  search_request.path = "/fhir/DocumentReference";
  search_request.query = std::move(*criteria);
  search_request.captures["type"] = "DocumentReference";
  return search(sources, search_request);
}

}  // namespace query::fhir
