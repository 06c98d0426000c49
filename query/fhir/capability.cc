#include "query/fhir/capability.h"

#include <fmt/format.h>

#include <iterator>

#include "ops/http/http.h"
#include "query/fhir/criteria.h"
#include "query/fhir/patient_search.h"

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

std::string resource(events::ResourceType type) {
  const auto name = events::type_name(type);
  const std::string parameters = search_parameters_of(type);
  std::string text = fmt::format(R"({{"type":"{}","interaction":[)", name);
  for (const std::string_view code :
       {"read", "vread", "update", "delete", "history-instance", "create"}) {
    fmt::format_to(std::back_inserter(text), R"({{"code":"{}"}},)", code);
  }
  text.pop_back();
  if (!parameters.empty()) text += R"(,{"code":"search-type"})";
  text +=
      R"(],"versioning":"versioned-update","readHistory":true,"updateCreate":true,"conditionalCreate":true,)"
      R"("conditionalRead":"not-match","conditionalUpdate":false,"conditionalDelete":"not-supported")";
  if (!parameters.empty())
    fmt::format_to(std::back_inserter(text), R"(,"searchParam":[{}])", parameters);
  if (name == "Patient") {
    text +=
        R"(,"operation":[{"name":"everything","definition":"http://hl7.org/fhir/OperationDefinition/Patient-everything"}])";
  }
  return text + "}";
}

}  // namespace

std::string capability_statement(const CapabilityOptions& options) {
  std::string resources;
  for (const auto type : events::all_types())
    resources.append(resources.empty() ? "" : ",").append(resource(type));
  return fmt::format(
      R"({{"resourceType":"CapabilityStatement","status":"active","date":"2026-11-23","kind":"instance",)"
      R"("software":{{"name":"Chartlog","version":{}}},"implementation":{{"description":"Chartlog","url":{}}},)"
      R"("fhirVersion":"4.0.1","format":["json","application/fhir+json"],)"
      R"("rest":[{{"mode":"server","documentation":"Resources of patients are searched within one patient: patient, subject or _id is required.",)"
      R"("interaction":[{{"code":"transaction"}},{{"code":"batch"}}],"resource":[{}]}}]}})",
      json_quote(options.software_version), json_quote(options.base_url + "/fhir"), resources);
}

}  // namespace query::fhir
