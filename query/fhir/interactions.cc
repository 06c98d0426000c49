#include "query/fhir/interactions.h"

#include <algorithm>
#include <optional>

namespace query::fhir {
namespace {

struct Meaning {
  std::string_view route;
  std::string_view code;
};

constexpr Meaning type_meanings[] = {
    {"GET /fhir/{type}/{id}", "read"},
    {"GET /fhir/{type}/{id}/_history/{version}", "vread"},
    {"PUT /fhir/{type}/{id}", "update"},
    {"PATCH /fhir/{type}/{id}", "patch"},
    {"DELETE /fhir/{type}/{id}", "delete"},
    {"GET /fhir/{type}/{id}/_history", "history-instance"},
    {"GET /fhir/{type}/_history", "history-type"},
    {"POST /fhir/{type}", "create"},
    {"GET /fhir/{type}", "search-type"},
};

constexpr Meaning system_meanings[] = {
    {"POST /fhir", "transaction"},
    {"POST /fhir", "batch"},
    {"GET /fhir/_history", "history-system"},
};

// Of "/fhir/Patient/{id}/$everything"; nothing for what is no operation, as a job's address.
std::optional<Operation> operation_of(std::string_view pattern) {
  constexpr std::string_view root = "/fhir/";
  const auto last = pattern.rfind('/');
  if (!pattern.starts_with(root) || pattern.substr(last).substr(0, 2) != "/$") return std::nullopt;
  const std::string name(pattern.substr(last + 2));
  if (last + 1 == root.size()) return Operation{"", name, true};
  const auto type = pattern.substr(root.size(), pattern.find('/', root.size()) - root.size());
  return Operation{type.starts_with('{') ? std::string() : std::string(type), name, false};
}

}  // namespace

Interactions::Interactions(const std::vector<ops::http::RouteText>& routes) {
  for (const auto& route : routes) {
    routes_.insert(route.method + " " + route.pattern);
    auto one = operation_of(route.pattern);
    const bool is_new = one && std::ranges::find(operations_, *one) == operations_.end();
    if (is_new) operations_.push_back(std::move(*one));
  }
  for (const Meaning& meaning : type_meanings) {
    if (routes_.contains(meaning.route)) of_types_.push_back(meaning.code);
  }
  for (const Meaning& meaning : system_meanings) {
    if (routes_.contains(meaning.route)) of_system_.push_back(meaning.code);
  }
}

bool Interactions::has(std::string_view method, std::string_view pattern) const {
  return routes_.contains(std::string(method) + " " + std::string(pattern));
}

}  // namespace query::fhir
