#include "ingest/validation/issues.h"

#include <fmt/format.h>

#include "ops/http/http.h"

namespace ingest::validation {
namespace {

std::string_view to_string(Severity severity) {
  constexpr std::string_view names[] = {"error", "warning", "information"};
  return names[static_cast<std::size_t>(severity)];
}

void append(std::string& json, Severity severity, std::string_view type, std::string_view message,
            std::string_view expression) {
  if (json.back() != '[') json += ',';
  json += fmt::format(R"({{"severity":"{}","code":"{}","diagnostics":{})", to_string(severity),
                      type, ops::http::json_quote(message));
  if (!expression.empty())
    json += fmt::format(R"(,"expression":[{}])", ops::http::json_quote(expression));
  json += '}';
}

}  // namespace

void Issues::add(Severity severity, std::string_view type, std::string expression,
                 std::string_view what) {
  ++count_;
  errors_ += severity == Severity::error;
  if (full()) return;
  std::string message =
      expression.empty() ? std::string(what) : fmt::format("{}: {}", expression, what);
  kept_.push_back({severity, type, std::move(message), std::move(expression)});
}

void Issues::add(const Issue& issue) {
  for (const Issue& there : kept_) {
    if (there.message == issue.message) return;
  }
  ++count_;
  errors_ += issue.severity == Severity::error;
  if (!full()) kept_.push_back(issue);
}

std::string outcome_json(const Issues& issues, std::string_view all_well) {
  std::string json = R"({"resourceType":"OperationOutcome","issue":[)";
  for (const Issue& issue : issues.kept())
    append(json, issue.severity, issue.type, issue.message, issue.expression);
  if (issues.count() > issues.kept().size()) {
    append(json, Severity::information, "informational",
           fmt::format("{} more issues are not shown", issues.count() - issues.kept().size()), {});
  }
  if (issues.empty()) append(json, Severity::information, "informational", all_well, {});
  return json + "]}";
}

std::vector<events::Error> errors_of(const Issues& issues) {
  std::vector<events::Error> errors;
  for (const Issue& issue : issues.kept()) {
    if (issue.severity == Severity::error)
      errors.push_back(events::unprocessable(issue.message, issue.expression));
  }
  return errors;
}

}  // namespace ingest::validation
