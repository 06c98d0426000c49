#include "query/fhir/capability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "ops/http/http.h"
#include "projections/search/reference_targets.h"
#include "query/fhir/criteria.h"
#include "query/fhir/interactions.h"
#include "query/fhir/operation_definitions.h"
#include "query/fhir/patient_search.h"
#include "query/subscriptions/topics.h"

namespace query::fhir {
namespace {

using ops::http::json_quote;

class SearchParameterList {
 public:
  void add(std::string_view name, ParameterKind kind) {
    fmt::format_to(std::back_inserter(text_), R"({}{{"name":"{}","type":"{}"}})",
                   text_.empty() ? "" : ",", name, to_string(kind));
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string search_parameters_of(events::ResourceType type) {
  SearchParameterList list;
  if (const TypeParameters* table = search_table(type)) {
    for (const auto name : table->patient_names) list.add(name, ParameterKind::reference);
    for (const Parameter& parameter : table->own) {
      // A chain is answered, but a CapabilityStatement has no place to list it.
      if (parameter.name.find('.') == std::string_view::npos)
        list.add(parameter.name, parameter.kind);
    }
    for (const Parameter& parameter : common_parameters()) list.add(parameter.name, parameter.kind);
  } else if (events::type_name(type) == "Patient") {
    for (const auto& parameter : patient_search_parameters())
      list.add(parameter.name, parameter.kind);
  }
  return std::move(list).text();
}

// The names of R4 by which its references are asked: `patient` and `subject` are one of ours.
std::vector<std::string> references_of(events::ResourceType type) {
  std::vector<std::string> names;
  if (const TypeParameters* table = search_table(type))
    names.assign(table->patient_names.begin(), table->patient_names.end());
  for (const Parameter* parameter : projections::search::reference_parameters(type)) {
    if (parameter != &subject_parameter()) names.emplace_back(parameter->name);
  }
  return names;
}

std::string include_of(events::ResourceType source, std::string_view name) {
  return fmt::format("{}:{}", events::type_name(source), name);
}

std::vector<std::string> includes_of(events::ResourceType type) {
  std::vector<std::string> values{"*"};
  for (const auto& name : references_of(type)) values.push_back(include_of(type, name));
  return values;
}

std::vector<std::string> reverse_includes_of(events::ResourceType type) {
  std::vector<std::string> values;
  for (const auto source : events::all_types()) {
    for (const auto& name : references_of(source)) {
      const auto targets = projections::search::reference_targets(source, name);
      if (std::find(targets.begin(), targets.end(), type) != targets.end())
        values.push_back(include_of(source, name));
    }
  }
  return values;
}

std::string list_of(std::string_view member, const std::vector<std::string>& values) {
  return values.empty() ? std::string()
                        : fmt::format(R"(,"{}":["{}"])", member, fmt::join(values, R"(",")"));
}

// Backport, R4: a Subscription's resource entry names the topics there are.
constexpr std::string_view subscriptions_guide = "http://hl7.org/fhir/uv/subscriptions-backport/";

std::string subscription_members(std::string_view base_url) {
  std::string topics;
  for (const auto& topic : subscriptions::all_topics(base_url)) {
    fmt::format_to(
        std::back_inserter(topics),
        R"({}{{"url":"{}StructureDefinition/capabilitystatement-subscriptiontopic-canonical","valueUri":{}}})",
        topics.empty() ? "" : ",", subscriptions_guide, json_quote(topic.canonical));
  }
  return fmt::format(
      R"(,"extension":[{}],"supportedProfile":["{}StructureDefinition/backport-subscription"])",
      topics, subscriptions_guide);
}

// Not on the clinical log, so with interactions of their own.
constexpr std::string_view audit_events =
    R"({"type":"AuditEvent","interaction":[{"code":"read"},{"code":"search-type"}],"versioning":"no-version",)"
    R"("searchParam":[{"name":"agent","type":"reference"},{"name":"date","type":"date"},{"name":"patient","type":"reference"}]})";

std::string operations_json(const Interactions& interactions, std::string_view type, bool system,
                            std::string_view base_url) {
  std::vector<std::string> all;
  for (const Operation& one : interactions.operations()) {
    if (one.system != system || (!one.type.empty() && one.type != type)) continue;
    all.push_back(fmt::format(R"({{"name":"{}","definition":{}}})", one.name,
                              json_quote(definition_of(one, base_url))));
  }
  return all.empty() ? std::string() : fmt::format(R"(,"operation":[{}])", fmt::join(all, ","));
}

std::string codes_json(const std::vector<std::string_view>& codes) {
  std::vector<std::string> all;
  for (const auto code : codes) all.push_back(fmt::format(R"({{"code":"{}"}})", code));
  return fmt::format(R"("interaction":[{}])", fmt::join(all, ","));
}

// R4, capabilitystatement.html: what is true of reads and writes of every type.
std::string conditions_json(const Interactions& does, bool searched) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text), R"(,"{}":{})", name, value);
  };
  const bool updates = does.has("PUT", "/fhir/{type}/{id}");
  add("versioning", R"("versioned-update")");
  add("readHistory", does.has("GET", "/fhir/{type}/{id}/_history/{version}") ? "true" : "false");
  add("updateCreate", updates ? "true" : "false");
  add("conditionalCreate", does.has("POST", "/fhir/{type}") ? "true" : "false");
  if (does.has("GET", "/fhir/{type}/{id}")) add("conditionalRead", R"("not-match")");
  // Criteria are searched for; a type without a search has none.
  add("conditionalUpdate", searched && does.has("PUT", "/fhir/{type}") ? "true" : "false");
  add("conditionalDelete",
      searched && does.has("DELETE", "/fhir/{type}") ? R"("single")" : R"("not-supported")");
  return text;
}

std::string resource(events::ResourceType type, const Interactions& does,
                     std::string_view base_url) {
  const auto name = events::type_name(type);
  const std::string parameters = search_parameters_of(type);
  const bool searched = !parameters.empty() && does.has("GET", "/fhir/{type}");
  auto codes = does.of_types();
  if (!searched) std::erase(codes, "search-type");
  std::string text = fmt::format(R"({{"type":"{}",{})", name, codes_json(codes));
  text += conditions_json(does, searched);
  if (searched) {
    text += list_of("searchInclude", includes_of(type));
    text += list_of("searchRevInclude", reverse_includes_of(type));
    fmt::format_to(std::back_inserter(text), R"(,"searchParam":[{}])", parameters);
  }
  if (name == "Subscription") text += subscription_members(base_url);
  return text + operations_json(does, name, false, base_url) + "}";
}

// Of types that are not stored here: what can be asked of them.
std::string operations_only(const Interactions& does, std::string_view base_url) {
  std::map<std::string, std::vector<std::string>> types;
  for (const Operation& one : does.operations()) {
    if (one.type.empty() || events::type_of_name(one.type)) continue;
    types[one.type].push_back(fmt::format(R"({{"name":"{}","definition":{}}})", one.name,
                                          json_quote(definition_of(one, base_url))));
  }
  std::string text;
  for (const auto& [type, operations] : types)
    text += fmt::format(R"(,{{"type":"{}","operation":[{}]}})", type, fmt::join(operations, ","));
  return text;
}

}  // namespace

std::string capability_statement(const CapabilityOptions& options,
                                 const std::vector<ops::http::RouteText>& routes) {
  const Interactions does(routes);
  std::string resources;
  for (const auto type : events::all_types())
    resources.append(resources.empty() ? "" : ",").append(resource(type, does, options.base_url));
  if (does.has("GET", "/fhir/AuditEvent")) resources.append(",").append(audit_events);
  resources += operations_only(does, options.base_url);
  return fmt::format(
      R"({{"resourceType":"CapabilityStatement","status":"active","date":"2026-11-27","kind":"instance",)"
      R"("instantiates":["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],)"
      R"("software":{{"name":"Chartlog","version":{}}},"implementation":{{"description":"Chartlog","url":{}}},)"
      R"("fhirVersion":"4.0.1","format":["json","application/fhir+json"],"patchFormat":["application/json-patch+json","application/fhir+json"],)"
      R"("rest":[{{"mode":"server","documentation":"Searches go over one patient or over all. Chains and _has take any number of hops, _include and _revinclude :iterate and *. )"
      R"(The manifest of $export has extension.chartlogPosition, the moment exported: given as _sincePosition to a later export, the answer is exactly what has changed between the two, deletes included. )"
      R"(_asOf on a read, on $everything, on Measure/$evaluate-measure and $care-gaps and on a search, of one patient or over all, with its chains and includes, answers what was recorded by then: a day (UTC), an instant with zone, or a Chartlog-Position; header Chartlog-Provisional says whether a record may still come that counts. A search over all from which on too much has changed is a 422.",)"
      R"({}{},"resource":[{}]}}]}})",
      json_quote(options.software_version), json_quote(options.base_url + "/fhir"),
      codes_json(does.of_system()), operations_json(does, "", true, options.base_url), resources);
}

}  // namespace query::fhir
