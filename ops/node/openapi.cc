#include "ops/node/openapi.h"

#include <fmt/format.h>

namespace ops::node {
namespace {

struct Path {
  std::string_view path, what, answer;
  std::string_view parameters;  // names in the query, comma
};

// FHIR describes itself at /fhir/metadata; this is the rest.
constexpr Path paths[] = {
    {"/charts/{patient}", "A patient's chart: sections newest first", "application/json", "limit"},
    {"/charts/{patient}/medications", "Medication list: active, past, planned and what is not taken", "application/json", ""},
    {"/charts/{patient}/timeline", "All resources of a patient, newest first", "application/json", "_count,cursor"},
    {"/charts/{patient}/trends", "Observed values over time, components included: units, slopes, derived series, detected trends", "application/json", "code,unit,bucket,derived,_count"},
    {"/live", "Committed changes as server-sent events, from any position", "text/event-stream", "patient,since"},
    {"/raw/{type}/{id}/{version}", "A document's bytes as received", "application/fhir+json", ""},
    {"/commits/{id}", "The outcome of a commit: accepted, refused, cancelled, pending, unknown", "application/json", ""},
    {"/profiles", "FHIR profiles that this node validates by; POST a Bundle of definitions to add some", "application/json", ""},
    {"/health/live", "The process runs", "application/json", ""},
    {"/health/ready", "Site, roles, shards with position, lag, state hash and problem; 503 until caught up", "application/json", "state_hash"},
    {"/metrics", "Prometheus text format", "text/plain", ""},
};

void add_parameter(std::string& to, std::string_view name, std::string_view in) {
  if (!to.empty()) to += ',';
  to += fmt::format(R"({{"name":"{}","in":"{}","required":{},"schema":{{"type":"string"}}}})", name, in, in == "path");
}

std::string parameters_of(const Path& path) {
  std::string parameters;
  for (auto open = path.path.find('{'); open != path.path.npos; open = path.path.find('{', open + 1)) {
    add_parameter(parameters, path.path.substr(open + 1, path.path.find('}', open) - open - 1), "path");
  }
  for (std::string_view rest = path.parameters; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    add_parameter(parameters, rest.substr(0, comma), "query");
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (path.path.starts_with("/charts")) add_parameter(parameters, "Chartlog-Min-Position", "header");
  return parameters;
}

std::string description() {
  std::string all;
  for (const Path& path : paths) {
    if (!all.empty()) all += ',';
    all += fmt::format(
        R"json("{}":{{"get":{{"summary":"{}","parameters":[{}],"responses":{{"200":{{"description":"{}","content":{{"{}":{{}}}}}},"default":{{"description":"what went wrong (RFC 9457)","content":{{"application/problem+json":{{}}}}}}}}}}}})json",
        path.path, path.what, parameters_of(path), path.what, path.answer);
  }
  return fmt::format(R"json({{"openapi":"3.0.3","info":{{"title":"Chartlog","version":"0.1.0","description":"FHIR R4 is described at /fhir/metadata."}},"paths":{{{}}}}})json",
                     all);
}

std::string index_page() {
  std::string rows;
  for (const Path& path : paths) rows += fmt::format("<tr><td><code>{}</code></td><td>{}</td></tr>\n", path.path, path.what);
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Chartlog</title><style>body{{font:16px/1.5 system-ui,sans-serif;"
      "max-width:60rem;margin:3rem auto;padding:0 1rem}}td{{padding:.2rem 1rem .2rem 0;vertical-align:top}}</style></head><body><h1>Chartlog</h1>"
      "<p>An event-sourced health record platform. FHIR R4 is at <code>/fhir</code> (<a href=\"/fhir/metadata\">what it can do</a>, "
      "<a href=\"/fhir/Patient?_count=20\">patients</a>); <a href=\"/health/ready\">how it is</a>; <a href=\"/metrics\">figures</a>; "
      "<a href=\"/openapi.json\">the rest for programs</a>.</p><table>\n{}</table></body></html>\n",
      rows);
}

}  // namespace

void add_description_routes(http::Router& router) {
  router.add("GET", "/openapi.json", [text = description()](const http::Request&) { return http::Response::json(200, text); },
             http::ErrorForm::problem);
  router.add(
      "GET", "/",
      [text = index_page()](const http::Request&) {
        http::Response response;
        response.body = text;
        return std::move(response).with("Content-Type", "text/html; charset=utf-8");
      },
      http::ErrorForm::problem);
}

}  // namespace ops::node
