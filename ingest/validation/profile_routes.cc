#include "ingest/validation/profile_routes.h"

#include <fmt/format.h>

namespace ingest::validation {
namespace {

using ops::http::json_quote;
using ops::http::Request;
using ops::http::Response;

Response load(const Request& request, Profiles& profiles) {
  const auto loaded = profiles.load(request.body);
  if (!loaded) return ops::http::problem_response(loaded.error());
  const auto set = profiles.current();
  return Response::json(
      loaded->is_new ? 201 : 200,
      fmt::format(R"({{"digest":"{}","new":{},"profiles":{},"valueSets":{}}})", loaded->digest,
                  loaded->is_new, set->profiles().size(), set->value_sets()));
}

Response list(const Profiles& profiles) {
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
  constexpr auto problem = ops::http::ErrorForm::problem;
  router.add(
      "POST", "/profiles", [&profiles](const Request& request) { return load(request, profiles); },
      problem);
  router.add(
      "GET", "/profiles", [&profiles](const Request&) { return list(profiles); }, problem);
}

}  // namespace ingest::validation
