// The one table that turns an error's code into what goes over HTTP.
#include "ops/http/errors.h"

#include <fmt/format.h>

#include "events/check.h"

namespace ops::http {
namespace {

using events::ErrorCode;

struct Row {
  ErrorCode code;
  int status;
  const char* issue;  // http://hl7.org/fhir/R4/valueset-issue-type.html
  const char* title;  // RFC 9457: the same for every problem of this type
};

constexpr Row table[] = {
    {ErrorCode::invalid, 400, "structure", "The request cannot be read as what it claims to be"},
    {ErrorCode::too_large, 413, "too-long", "The request is too large"},
    {ErrorCode::unsupported, 400, "not-supported", "Something was asked for that is not supported"},
    {ErrorCode::unprocessable, 422, "invariant", "The request is readable but breaks a rule"},
    {ErrorCode::not_found, 404, "not-found", "Not found"},
    {ErrorCode::gone, 410, "deleted", "It was here and has been deleted"},
    {ErrorCode::conflict, 409, "conflict", "In conflict with what is already there"},
    {ErrorCode::precondition_failed, 412, "conflict", "A precondition does not hold"},
    {ErrorCode::forbidden, 403, "forbidden", "Not allowed"},
    {ErrorCode::overloaded, 429, "throttled", "Too much at once; nothing was written"},
    {ErrorCode::unavailable, 503, "transient", "Not possible now; nothing was written"},
    {ErrorCode::outcome_unknown, 504, "timeout", "Written or not is not known yet"},
    {ErrorCode::corrupt, 500, "exception", "Stored bytes do not verify"},
};

// What only HTTP refuses.
struct HttpRow {
  int status;
  const char* issue;
  const char* type;
  const char* title;
};

constexpr HttpRow http_table[] = {
    {400, "structure", "invalid", "The request cannot be read as what it claims to be"},
    {405, "not-supported", "method_not_allowed", "This path takes other methods"},
    {408, "timeout", "too_slow", "The request took too long to arrive"},
    {413, "too-long", "too_large", "The request is too large"},
    {415, "not-supported", "unsupported_media", "This content is not understood"},
    {417, "not-supported", "expectation_failed", "This expectation is not understood"},
    {429, "throttled", "overloaded", "Too much at once; nothing was written"},
    {431, "too-long", "head_too_large", "The head of the request is too large"},
    {500, "exception", "failed", "The server failed"},
    {501, "not-supported", "not_implemented", "This transfer coding is not understood"},
    {503, "transient", "unavailable", "Not possible now; nothing was written"},
    {505, "not-supported", "version", "This version of HTTP is not understood"},
};

const HttpRow& row_of_status(int status) {
  for (const HttpRow& row : http_table) {
    if (row.status == status) return row;
  }
  CHECK(!"a title for this status");
  return http_table[0];
}

const Row& row_of(ErrorCode code) {
  for (const Row& row : table) {
    if (row.code == code) return row;
  }
  return table[std::size(table) - 1];
}

Response with_retry(Response response) {
  if (response.status == 429 || response.status == 503) response.with("Retry-After", "1");
  return response;
}

std::string issue(std::string_view severity, std::string_view code, std::string_view message,
                  std::string_view element) {
  auto text = fmt::format(R"({{"severity":{},"code":"{}","diagnostics":{})", json_quote(severity),
                          code, json_quote(message));
  if (!element.empty()) text += fmt::format(R"(,"expression":[{}])", json_quote(element));
  return text + '}';
}

std::string outcome(std::string_view issues) {
  return fmt::format(R"({{"resourceType":"OperationOutcome","issue":[{}]}})", issues);
}

Response problem(int status, std::string_view type, std::string_view title, std::string_view detail,
                 std::string_view element) {
  Response response;
  response.status = status;
  response.body =
      fmt::format(R"({{"type":"urn:chartlog:problem:{}","title":{},"status":{},"detail":{})", type,
                  json_quote(title), status, json_quote(detail));
  if (!element.empty()) response.body += fmt::format(R"(,"element":{})", json_quote(element));
  response.body += '}';
  response.with("Content-Type", "application/problem+json");
  return with_retry(std::move(response));
}

}  // namespace

int status_of(ErrorCode code) { return row_of(code).status; }

std::string operation_outcome(const std::vector<events::Error>& errors, std::string_view severity) {
  std::string issues;
  for (const auto& error : errors) {
    if (!issues.empty()) issues += ',';
    issues += issue(severity, row_of(error.code).issue, error.message, error.element);
  }
  return outcome(issues);
}

Response outcome_response(const events::Error& error) {
  return with_retry(Response::fhir(status_of(error.code), operation_outcome({error})));
}

Response problem_response(const events::Error& error) {
  const Row& row = row_of(error.code);
  return problem(row.status, events::to_string(error.code), row.title, error.message,
                 error.element);
}

Response error_response(const events::Error& error, ErrorForm form) {
  return form == ErrorForm::problem ? problem_response(error) : outcome_response(error);
}

Response refusal(int status, std::string_view detail, ErrorForm form) {
  const HttpRow& row = row_of_status(status);
  if (form == ErrorForm::problem) return problem(status, row.type, row.title, detail, {});
  return with_retry(Response::fhir(status, outcome(issue("error", row.issue, detail, {}))));
}

ErrorCode code_of(int status) {
  for (const Row& row : table) {
    if (row.status == status) return row.code;
  }
  return status < 500 ? ErrorCode::invalid : ErrorCode::corrupt;
}

ErrorForm form_of(std::string_view path) {
  return path == "/fhir" || path.starts_with("/fhir/") || path.starts_with("/fhir?")
             ? ErrorForm::operation_outcome
             : ErrorForm::problem;
}

void name_instance(Response& response, std::string_view request_id) {
  const bool is_problem = !response.headers.empty() && response.body.ends_with('}') &&
                          response.headers.front().second == "application/problem+json";
  if (!is_problem) return;
  response.body.pop_back();
  response.body += fmt::format(R"(,"instance":{}}})",
                               json_quote(fmt::format("urn:chartlog:request:{}", request_id)));
}

}  // namespace ops::http
