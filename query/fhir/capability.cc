#include "query/fhir/capability.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "ops/http/http.h"
#include "projections/search/reference_targets.h"
#include "query/fhir/criteria.h"
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

// Each begins with a comma.
std::string subscription_operations() {
  std::string operations;
  for (const std::string_view name : {"status", "events", "get-ws-binding-token"}) {
    fmt::format_to(
        std::back_inserter(operations),
        R"(,{{"name":"{0}","definition":"{1}OperationDefinition/backport-subscription-{0}"}})",
        name, subscriptions_guide);
  }
  return operations +
         R"(,{"name":"resend","definition":"http://hl7.org/fhir/OperationDefinition/Subscription-resend"})";
}

std::string resource(events::ResourceType type, std::string_view base_url) {
  const auto name = events::type_name(type);
  const std::string parameters = search_parameters_of(type);
  std::string text = fmt::format(R"({{"type":"{}","interaction":[)", name);
  for (const std::string_view code : {"read", "vread", "update", "patch", "delete",
                                      "history-instance", "history-type", "create"}) {
    fmt::format_to(std::back_inserter(text), R"({{"code":"{}"}},)", code);
  }
  text.pop_back();
  if (!parameters.empty()) text += R"(,{"code":"search-type"})";
  text +=
      R"(],"versioning":"versioned-update","readHistory":true,"updateCreate":true,"conditionalCreate":true,)"
      R"("conditionalRead":"not-match","conditionalUpdate":)";
  // Criteria are searched for; a type without a search has none.
  text += parameters.empty() ? R"(false,"conditionalDelete":"not-supported")"
                             : R"(true,"conditionalDelete":"single")";
  if (!parameters.empty()) {
    text += list_of("searchInclude", includes_of(type));
    text += list_of("searchRevInclude", reverse_includes_of(type));
    fmt::format_to(std::back_inserter(text), R"(,"searchParam":[{}])", parameters);
  }
  if (name == "Subscription") text += subscription_members(base_url);
  text +=
      R"(,"operation":[{"name":"validate","definition":"http://hl7.org/fhir/OperationDefinition/Resource-validate"},)"
      R"({"name":"meta","definition":"http://hl7.org/fhir/OperationDefinition/Resource-meta"})";
  if (name == "Subscription") text += subscription_operations();
  if (name == "Patient") {
    text +=
        R"(,{"name":"everything","definition":"http://hl7.org/fhir/OperationDefinition/Patient-everything"},)"
        R"({"name":"export","definition":"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export"})";
  }
  if (name == "Observation") {
    text +=
        R"(,{"name":"lastn","definition":"http://hl7.org/fhir/OperationDefinition/Observation-lastn"})";
  }
  if (name == "DocumentReference") {
    text +=
        R"(,{"name":"docref","definition":"http://hl7.org/fhir/us/core/OperationDefinition/docref"})";
  }
  if (name == "Group") {
    text +=
        R"(,{"name":"export","definition":"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"})";
  }
  return text + "]}";
}

}  // namespace

std::string capability_statement(const CapabilityOptions& options) {
  std::string resources;
  for (const auto type : events::all_types())
    resources.append(resources.empty() ? "" : ",").append(resource(type, options.base_url));
  return fmt::format(
      R"({{"resourceType":"CapabilityStatement","status":"active","date":"2026-11-23","kind":"instance",)"
      R"("instantiates":["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],)"
      R"("software":{{"name":"Chartlog","version":{}}},"implementation":{{"description":"Chartlog","url":{}}},)"
      R"("fhirVersion":"4.0.1","format":["json","application/fhir+json"],"patchFormat":["application/json-patch+json","application/fhir+json"],)"
      R"("rest":[{{"mode":"server","documentation":"Searches go over one patient or over all. Chains and _has take any number of hops, _include and _revinclude :iterate and *. POST [type]/[id]/$move moves a resource to another patient.",)"
      R"("interaction":[{{"code":"transaction"}},{{"code":"batch"}},{{"code":"history-system"}}],"operation":[{{"name":"export","definition":"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export",)"
      R"("documentation":"The manifest's extension.chartlogPosition names the moment exported. Given as _sincePosition to a later export, the answer is exactly what has changed between the two, deletes included."}}],)"
      R"("resource":[{}]}}]}})",
      json_quote(options.software_version), json_quote(options.base_url + "/fhir"), resources);
}

}  // namespace query::fhir
