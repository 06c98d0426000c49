#include "query/fhir/operation_definitions.h"

#include <fmt/format.h>

#include <array>

#include "events/check.h"
#include "query/fhir/negotiation.h"

namespace query::fhir {
namespace {

using ops::http::json_quote;
using ops::http::Request;
using ops::http::Response;

struct Known {
  std::string_view type, name, canonical;
};

constexpr std::string_view backport =
    "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-";

// HL7's. An empty type: of all types, or of the system.
constexpr Known known_list[] = {
    {"", "validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"},
    {"", "meta", "http://hl7.org/fhir/OperationDefinition/Resource-meta"},
    {"", "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"},
    {"Patient", "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export"},
    {"Group", "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"},
    {"Patient", "everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"},
    {"Observation", "lastn", "http://hl7.org/fhir/OperationDefinition/Observation-lastn"},
    {"Measure", "evaluate-measure",
     "http://hl7.org/fhir/OperationDefinition/Measure-evaluate-measure"},
    {"Measure", "care-gaps", "http://hl7.org/fhir/us/davinci-deqm/OperationDefinition/care-gaps"},
    {"DocumentReference", "docref", "http://hl7.org/fhir/us/core/OperationDefinition/docref"},
};
constexpr std::array<std::string_view, 3> backport_names{"status", "events",
                                                         "get-ws-binding-token"};

struct OwnParameter {
  std::string_view name, use, type, what;
  int min = 0;
  std::string_view max = "1";
};

struct Own {
  std::string_view type, name, what;
  bool affects_state, system, of_type, of_instance;
  std::vector<OwnParameter> parameters;
};

const std::vector<Own>& own_list() {
  static const std::vector<Own> list{
      {"",
       "move",
       "Moves a resource to another patient's record: deleted there, created here under a new id, "
       "with a Provenance that leads back; all or nothing. If-Match is taken.",
       true,
       false,
       false,
       true,
       {{"patient", "in", "Reference", "whose it is", 1},
        {"reason", "in", "string", "why; kept in the Provenance"}}},
      {"",
       "issues",
       "What validation let pass when this version was written (--validation warn).",
       false,
       false,
       false,
       true,
       {{"return", "out", "OperationOutcome", "the issues", 1}}},
      {"Subscription",
       "resend",
       "Tries to deliver now, or goes back to an event and delivers from there on.",
       true,
       false,
       false,
       true,
       {{"eventsSinceNumber", "in", "string", "the number of the first event to send again"}}},
      {"",
       "import",
       "Reads NDJSON files that a manifest names, each line a PUT; asynchronous (Prefer: "
       "respond-async), resumable, refusals by line.",
       true,
       true,
       false,
       false,
       {{"inputFormat", "in", "code", "application/fhir+ndjson", 1},
        {"inputSource", "in", "uri", "who says so", 1},
        {"input", "in", "BackboneElement", "type and url of a file", 1, "*"}}},
  };
  return list;
}

std::string id_of(const Own& own) {
  return own.type.empty() ? std::string(own.name) : fmt::format("{}-{}", own.type, own.name);
}

std::string url_of(std::string_view id, std::string_view base_url) {
  return fmt::format("{}/fhir/OperationDefinition/{}", base_url, id);
}

std::string parameter_json(const OwnParameter& one) {
  // A part has no type of its own: its parts are named by the documentation.
  const bool parts = one.type == "BackboneElement";
  return fmt::format(
      R"({{"name":"{}","use":"{}","min":{},"max":"{}","documentation":{}{}}})", one.name, one.use,
      one.min, one.max, json_quote(one.what),
      parts ? std::string(R"(,"part":[{"name":"type","use":"in","min":1,"max":"1","type":"code"},)"
                          R"({"name":"url","use":"in","min":1,"max":"1","type":"url"}])")
            : fmt::format(R"(,"type":"{}")", one.type));
}

std::string definition_json(const Own& own, std::string_view base_url) {
  std::vector<std::string> parameters;
  for (const auto& one : own.parameters) parameters.push_back(parameter_json(one));
  const std::string resource =
      own.system ? std::string()
                 : fmt::format(R"("resource":["{}"],)", own.type.empty() ? "Resource" : own.type);
  std::string name(own.name);
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return fmt::format(
      R"({{"resourceType":"OperationDefinition","id":"{0}","url":{1},"name":"{2}","status":"active",)"
      R"("kind":"operation","description":{3},"affectsState":{4},"code":"{5}",{6}"system":{7},)"
      R"("type":{8},"instance":{9},"parameter":[{10}]}})",
      id_of(own), json_quote(url_of(id_of(own), base_url)), name, json_quote(own.what),
      own.affects_state, own.name, resource, own.system, own.of_type, own.of_instance,
      fmt::join(parameters, ","));
}

Response definition(const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  for (const Own& own : own_list()) {
    if (id_of(own) == request.capture("id"))
      return Response::fhir(200, definition_json(own, request.base_url));
  }
  return ops::http::outcome_response(
      {events::ErrorCode::not_found,
       "OperationDefinition: there is none of that id; GET /fhir/OperationDefinition lists them",
       {}});
}

Response definitions(const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  std::vector<std::string> entries;
  for (const Own& own : own_list()) {
    entries.push_back(fmt::format(R"({{"fullUrl":{},"resource":{},"search":{{"mode":"match"}}}})",
                                  json_quote(url_of(id_of(own), request.base_url)),
                                  definition_json(own, request.base_url)));
  }
  return Response::fhir(
      200, fmt::format(R"({{"resourceType":"Bundle","type":"searchset","total":{},"entry":[{}]}})",
                       entries.size(), fmt::join(entries, ",")));
}

}  // namespace

std::string definition_of(const Operation& operation, std::string_view base_url) {
  for (const Known& known : known_list) {
    if (known.type == operation.type && known.name == operation.name)
      return std::string(known.canonical);
  }
  for (const auto name : backport_names) {
    if (operation.type == "Subscription" && operation.name == name)
      return fmt::format("{}{}", backport, name);
  }
  for (const Own& own : own_list()) {
    if (own.type == operation.type && own.name == operation.name)
      return url_of(id_of(own), base_url);
  }
  CHECK(!"a definition of each operation that is registered");
  return {};
}

void add_operation_definition_routes(ops::http::Router& router) {
  router.add("GET", "/fhir/OperationDefinition", definitions);
  router.add("GET", "/fhir/OperationDefinition/{id}", definition);
}

}  // namespace query::fhir
