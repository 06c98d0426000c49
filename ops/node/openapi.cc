#include "ops/node/openapi.h"

#include <fmt/format.h>

#include <map>

#include "ops/http/page.h"

namespace ops::node {
namespace {

using http::json_quote;
using http::RouteText;

// The JSON API's routes; FHIR describes itself at /fhir/metadata.
std::vector<RouteText> described(const http::Router& router) {
  std::vector<RouteText> routes;
  for (const RouteText& route : router.routes()) {
    if (!route.description.what.empty()) routes.push_back(route);
  }
  return routes;
}

std::string parameter_json(const http::ParameterText& parameter) {
  return fmt::format(R"({{"name":{},"in":"{}","required":{},"description":{},"schema":{}}})",
                     json_quote(parameter.name), parameter.in, parameter.required,
                     json_quote(parameter.what), parameter.schema);
}

std::string parameters_of(const RouteText& route) {
  std::vector<std::string> parameters;
  const std::string_view path = route.pattern;
  for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
    const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
    parameters.push_back(parameter_json(
        {std::string(name), "of the path",
         path.starts_with("/commits/") ? http::schema::commit_id : http::schema::fhir_id, true,
         "path"}));
  }
  for (const auto& parameter : route.description.parameters)
    parameters.push_back(parameter_json(parameter));
  return fmt::format("[{}]", fmt::join(parameters, ","));
}

std::string operation_json(const RouteText& route) {
  const auto& said = route.description;
  const std::string body =
      said.body_schema.empty()
          ? std::string()
          : fmt::format(
                R"("requestBody":{{"required":true,"content":{{"application/fhir+json":{{"schema":{}}}}}}},)",
                said.body_schema);
  return fmt::format(
      R"({{"summary":{0},"parameters":{1},{2}"responses":{{"2XX":{{"description":{0},"content":{{"{3}":{{"schema":{4}}}}}}},"default":{{"$ref":"#/components/responses/problem"}}}}}})",
      json_quote(said.what), parameters_of(route), body, said.media, said.schema);
}

// What an error is like, on every route (RFC 9457; ops/http/errors.cc). Not being caught up yet
// is the one state that answers 503 with a body of its own.
std::string problem_json() {
  namespace schema = http::schema;
  const auto problem = schema::object({{"type", schema::text},
                                       {"title", schema::text},
                                       {"status", R"({"type":"integer"})"},
                                       {"detail", schema::text}},
                                      {{"instance", schema::text}, {"element", schema::text}});
  return fmt::format(
      R"json({{"description":"what went wrong (RFC 9457)","content":{{"application/problem+json":{{"schema":{}}},"application/json":{{"schema":{{"type":"object"}}}}}}}})json",
      problem);
}

std::string description(const http::Router& router) {
  std::map<std::string, std::vector<std::string>> paths;
  for (const RouteText& route : described(router)) {
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    paths[route.pattern].push_back(fmt::format(R"("{}":{})", method, operation_json(route)));
  }
  std::vector<std::string> all;
  for (const auto& [path, operations] : paths)
    all.push_back(fmt::format(R"("{}":{{{}}})", path, fmt::join(operations, ",")));
  return fmt::format(
      R"({{"openapi":"3.0.3","info":{{"title":"Chartlog","version":"{}","description":"FHIR R4 is described at /fhir/metadata."}},"paths":{{{}}},"components":{{"responses":{{"problem":{}}}}}}})",
      CHARTLOG_VERSION, fmt::join(all, ","), problem_json());
}

std::string index_page(const http::Router& router) {
  std::string rows;
  for (const RouteText& route : described(router)) {
    rows += fmt::format("<tr><td><code>{} {}</code></td><td>{}</td></tr>\n", route.method,
                        route.pattern, route.description.what);
  }
  return fmt::format(
      "{}<h1>Chartlog</h1><p>An event-sourced health record platform. <a href=\"/\">Pages for "
      "people</a>; FHIR R4 is at <code>/fhir</code> (<a href=\"/fhir/metadata\">what it can "
      "do</a>, "
      "<a href=\"/fhir/Patient?_count=20\">patients</a>); <a href=\"/health/ready\">how it is</a>; "
      "<a href=\"/metrics\">figures</a>; <a href=\"/openapi.json\">the rest for programs</a>.</p>"
      "<table>\n{}</table></body></html>\n",
      http::page_head("Chartlog"), rows);
}

}  // namespace

void add_description_routes(http::Router& router) {
  router.add(
      "GET", "/openapi.json",
      [&router](const http::Request&) { return http::Response::json(200, description(router)); },
      {"This description (OpenAPI 3.0.3)", {}, "application/json", http::schema::any_object});
  router.add("GET", "/routes",
             [&router](const http::Request&) { return http::page_response(index_page(router)); },
             {"What this server answers, for people", {}, "text/html", http::schema::text});
}

}  // namespace ops::node
