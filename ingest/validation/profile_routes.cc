#include "ingest/validation/profile_routes.h"

#include <fmt/format.h>

namespace ingest::validation {
namespace {

using ops::http::json_quote;
using ops::http::Request;
using ops::http::Response;

using ops::auth::Access;

Response load(const Request& request, Profiles& profiles) {
  if (auto allowed = ops::auth::permit(request.principal, {Access::operate, "profiles", {}});
      !allowed)
    return ops::http::problem_response(allowed.error());
  const auto loaded = profiles.load(request.body);
  if (!loaded) return ops::http::problem_response(loaded.error());
  const auto set = profiles.current();
  return Response::json(
      loaded->is_new ? 201 : 200,
      fmt::format(R"({{"digest":"{}","new":{},"profiles":{},"valueSets":{}}})", loaded->digest,
                  loaded->is_new, set->profiles().size(), set->value_sets()));
}

Response list(const Request& request, const Profiles& profiles) {
  if (auto allowed = ops::auth::permit(request.principal, {Access::read, "profiles", {}}); !allowed)
    return ops::http::problem_response(allowed.error());
  std::string all;
  const auto set = profiles.current();
  for (const auto& [url, profile] : set->profiles()) {
    all += fmt::format(R"({}{{"url":{},"name":{},"type":{},"uncheckedRules":{}}})",
                       all.empty() ? "" : ",", json_quote(url), json_quote(profile.name),
                       json_quote(profile.type), profile.unchecked_rules.size());
  }
  return Response::json(200, fmt::format(R"({{"profiles":[{}]}})", all));
}

}  // namespace

void add_profile_routes(ops::http::Router& router, Profiles& profiles) {
  namespace schema = ops::http::schema;
  const std::string count = R"({"type":"integer"})";
  router.add(
      "POST", "/profiles", [&profiles](const Request& request) { return load(request, profiles); },
      {"Adds FHIR profiles and value sets: a Bundle of definitions",
       {},
       "application/json",
       schema::object({{"digest", schema::text},
                       {"new", schema::yes_or_no},
                       {"profiles", count},
                       {"valueSets", count}}),
       schema::object(
           {{"resourceType", schema::one_of({"Bundle"})}},
           {{"entry", schema::array(schema::object(
                          {{"resource", schema::object({{"resourceType", schema::text}})}}))}})});
  const auto profile = schema::object({{"url", schema::text},
                                       {"name", schema::text},
                                       {"type", schema::text},
                                       {"uncheckedRules", count}});
  router.add("GET", "/profiles",
             [&profiles](const Request& request) { return list(request, profiles); },
             {"The FHIR profiles that this node validates by",
              {},
              "application/json",
              schema::object({{"profiles", schema::array(profile)}})});
}

}  // namespace ingest::validation
