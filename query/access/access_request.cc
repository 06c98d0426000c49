#include "query/access/access_request.h"

#include <fmt/format.h>

#include "query/fhir/cursor.h"
#include "query/patient_answer.h"

namespace query::access {
namespace {

using events::Result;
using ops::http::ParameterText;
using ops::http::Request;

const std::string printable = R"({"type":"string","pattern":"^[^\\x00-\\x1f\\x7f]+$"})";
const std::string day_or_instant = R"({"type":"string","format":"date"})";

// Of all that decides which entries come in which order, but the place itself.
std::uint64_t question_print(const Request& request) {
  std::string text = request.route;
  for (const auto& [name, value] : request.query) {
    if (name != "_cursor" && name != "_count" && name != "format") text += "&" + name + "=" + value;
  }
  return fhir::fingerprint(text);
}

Result<std::optional<std::string>> printable_parameter(const Request& request,
                                                       std::string_view name) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return std::optional<std::string>();
  if (text->empty())
    return events::invalid(fmt::format("parameter {}: empty; leave it out", name),
                           std::string(name));
  return std::optional(*text);
}

Result<std::optional<std::string>> outcome_parameter(const Request& request) {
  const auto* text = request.parameter("outcome");
  if (text == nullptr) return std::optional<std::string>();
  if (*text == "success" || *text == "refused" || *text == "failed") return std::optional(*text);
  return events::invalid(
      fmt::format("parameter outcome: \"{}\" is none; write success, refused or failed", *text),
      "outcome");
}

events::Status read_place(const Request& request, AccessQuestion& question) {
  const auto* cursor = request.parameter("_cursor");
  if (cursor == nullptr) return {};
  const auto text = fhir::decode_cursor(question_print(request), *cursor);
  if (!text) return text.error();
  question.after = projections::access::parse_place(*text);
  if (question.after) return {};
  return events::invalid("parameter _cursor: give the value of `next` of the page before",
                         "_cursor");
}

events::Status read_span(const Request& request, AccessQuestion& question) {
  const auto from = time_parameter(request, "from");
  if (!from) return from.error();
  const auto to = time_parameter(request, "to");
  if (!to) return to.error();
  if (*from) question.from = events::KnownTime((*from)->low);
  if (*to) {
    const bool is_day = (*to)->precision == events::TimePrecision::day;
    question.to = events::KnownTime(is_day ? (*to)->high : (*to)->low);
  }
  if (question.from && question.to && *question.from >= *question.to)
    return events::invalid(
        fmt::format("parameter to: {} is not after from; leave one out or swap them",
                    *request.parameter("to")),
        "to");
  return {};
}

}  // namespace

ParameterText patient_text(bool required) {
  return {"patient", "the id of a Patient: accesses to that record", ops::http::schema::fhir_id,
          required};
}

ParameterText agent_text(bool required) {
  return {"agent", "the subject of a user, or Subscription/<id>", printable, required};
}

std::vector<ParameterText> span_text() {
  return {{"from", "on this day (UTC), or at this instant, or later", day_or_instant},
          {"to", "on this day (UTC), or before this instant", day_or_instant}};
}

std::vector<ParameterText> paging_text() {
  return {count_text("_count", accesses_default, accesses_max),
          {"_cursor", "the value of `next` of the page before"}};
}

ParameterText form_text() {
  return {"format", "json, csv, or html: a page to print",
          ops::http::schema::one_of({"json", "csv", "html"})};
}

Result<std::optional<events::ClinicalTime>> time_parameter(const Request& request,
                                                           std::string_view name) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return std::optional<events::ClinicalTime>();
  auto time = events::parse_clinical_time(*text);
  const bool has_day = time && time->precision >= events::TimePrecision::day;
  const bool is_day = has_day && time->precision == events::TimePrecision::day;
  if (!has_day || (!is_day && !time->zone)) {
    return events::invalid(fmt::format("parameter {}: \"{}\" is no day and no instant with zone; "
                                       "write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ (a + as %2B)",
                                       name, *text),
                           std::string(name));
  }
  return std::optional(std::move(*time));
}

Result<AccessQuestion> read_question(const Request& request) {
  AccessQuestion question;
  const auto* patient = request.parameter("patient");
  if (patient != nullptr && !events::is_fhir_id(*patient))
    return events::invalid(
        fmt::format("parameter patient: \"{}\" is not an id; ids are 1 to 64 letters, digits, - "
                    "and .",
                    *patient),
        "patient");
  if (patient != nullptr) question.patient = *patient;
  auto agent = printable_parameter(request, "agent");
  if (!agent) return agent.error();
  question.agent = std::move(*agent);
  auto purpose = printable_parameter(request, "purpose");
  if (!purpose) return purpose.error();
  const auto outcome = outcome_parameter(request);
  if (!outcome) return outcome.error();
  question.accepts = [purpose = std::move(*purpose), outcome = *outcome](const Access& access) {
    return (!purpose || access.entry.purpose == *purpose) &&
           (!outcome || outcome_of(access.entry) == *outcome);
  };
  if (auto span = read_span(request, question); !span) return span.error();
  const auto count = count_parameter(request, "_count", accesses_default, accesses_max);
  if (!count) return count.error();
  question.count = *count;
  if (auto place = read_place(request, question); !place) return place.error();
  return question;
}

std::string cursor_of(const Request& request, const projections::access::Place& place) {
  return fhir::encode_cursor(question_print(request), projections::access::to_text(place));
}

Result<Form> read_form(const Request& request) {
  const auto* text = request.parameter("format");
  if (text == nullptr || *text == "json") return Form::json;
  if (*text == "csv") return Form::csv;
  if (*text == "html") return Form::html;
  return events::invalid(
      fmt::format("parameter format: \"{}\" is none; write json, csv or html", *text), "format");
}

std::string_view outcome_of(const events::access::Entry& entry) {
  return entry.status < 400 ? "success" : entry.status < 500 ? "refused" : "failed";
}

}  // namespace query::access
