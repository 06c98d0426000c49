#include "ingest/validation/validate_route.h"

#include <fmt/format.h>

#include <string>

#include "events/fhir/definitions.h"

namespace ingest::validation {
namespace {

using events::Result;
using ops::http::Request;
using ops::http::Response;

// What is asked: by the URL, by a Parameters resource, or both.
struct Question {
  json::Value resource;  // missing: none was sent
  std::string mode;
  std::string profile;
};

// Parameters.parameter: resource, mode, profile.
void read_parameters(const json::Value& parameters, Question& question) {
  question.resource = {};
  for (json::Value at = parameters["parameter"].first(); at; at = at.next()) {
    const auto name = at["name"].string();
    if (name == "resource") question.resource = at["resource"];
    if (name == "mode") question.mode = at["valueCode"].string();
    if (name == "profile") {
      for (const auto form : {"valueUri", "valueCanonical", "valueUrl", "valueString"}) {
        if (const auto text = at[form].string(); !text.empty()) question.profile = text;
      }
    }
  }
}

Result<Question> read_question(const Request& request, const json::Value& body) {
  Question question;
  question.resource = body;
  for (const auto& [name, value] : request.query) {
    if (name == "mode") {
      question.mode = value;
    } else if (name == "profile") {
      question.profile = value;
    } else if (name != "_format" && name != "_pretty") {
      return events::Error{
          events::ErrorCode::unsupported,
          fmt::format("{}: not a parameter of $validate; mode and profile are", name.substr(0, 64)),
          {}};
    }
  }
  const bool wraps =
      body["resourceType"].string() == "Parameters" && request.capture("type") != "Parameters";
  if (wraps) read_parameters(body, question);
  const auto& mode = question.mode;
  if (mode.empty() || mode == "create" || mode == "update" || mode == "delete" ||
      mode == "profile") {
    return question;
  }
  return events::invalid(
      fmt::format("mode: \"{}\" is not create, update, delete or profile", mode.substr(0, 64)),
      "mode");
}

void check_place(const Request& request, const Question& question, Issues& issues) {
  const auto wanted = request.capture("type");
  const auto type = question.resource["resourceType"].string();
  if (type != wanted) {
    issues.add(Severity::error, "invalid", "resourceType",
               fmt::format("\"{}\" was sent to {}; send it to its own type", type.substr(0, 64),
                           wanted.substr(0, 64)));
  }
  const auto id = question.resource["id"].string();
  const auto& captures = request.captures;
  const auto in_url = captures.find("id");
  if (question.mode == "update" && id.empty())
    issues.add(Severity::error, "required", fmt::format("{}.id", wanted),
               "missing; an update names it");
  if (in_url != captures.end() && !id.empty() && in_url->second != id) {
    issues.add(Severity::error, "value", fmt::format("{}.id", wanted),
               "differs from the id in the URL; send the same");
  }
}

Response validate(const Request& request, const Validator& validator) {
  const auto* type = events::fhir::definition(request.capture("type"));
  if (type == nullptr || type->form != events::fhir::Form::resource) {
    return ops::http::outcome_response({events::ErrorCode::not_found,
                                        fmt::format("\"{}\" is not a resource type of FHIR R4",
                                                    request.capture("type").substr(0, 64)),
                                        {}});
  }
  auto document = json::Document::parse(request.body);
  if (!document) return ops::http::outcome_response(document.error());
  const auto question = read_question(request, document->root());
  if (!question) return ops::http::outcome_response(question.error());

  Issues issues;
  if (question->mode == "delete") {
    return Response::fhir(200, outcome_json(issues, "a delete has no content to validate"));
  }
  if (!question->resource) {
    issues.add(Severity::error, "required", {},
               "no resource was sent: POST it, or send Parameters "
               "with a parameter `resource`");
    return Response::fhir(200, outcome_json(issues, {}));
  }
  check_place(request, *question, issues);
  validator.check_asked(question->resource, question->profile, issues);
  return Response::fhir(200, outcome_json(issues, "no issues were found"));
}

}  // namespace

void add_validate_routes(ops::http::Router& router, const Validator& validator) {
  const auto handler = [&validator](const Request& request) {
    return validate(request, validator);
  };
  router.add("POST", "/fhir/{type}/$validate", handler);
  router.add("POST", "/fhir/{type}/{id}/$validate", handler);
}

}  // namespace ingest::validation
