#include "query/measures/operations.h"

#include <fmt/format.h>

#include "query/fhir/negotiation.h"
#include "query/measures/asked.h"
#include "query/measures/board_asked.h"
#include "query/measures/care_gaps.h"
#include "query/measures/totals.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

// individual, subject-list or summary, by R4's and the later words.
Result<std::string> report_type(const Asked& asked, bool has_subject) {
  const auto* text = asked.find("reportType");
  if (text == nullptr) return std::string(has_subject ? "individual" : "summary");
  if (*text == "subject" || *text == "individual" || *text == "patient")
    return std::string("individual");
  if (*text == "subject-list" || *text == "patient-list") return std::string("subject-list");
  if (*text == "population" || *text == "summary") return std::string("summary");
  return events::invalid(
      fmt::format("reportType: \"{}\" is none of subject, subject-list, population",
                  text->substr(0, 60)),
      "reportType");
}

kept::Stratum stratum_of(const Asked& asked) {
  if (const auto* practitioner = asked.find("practitioner"))
    return {kept::Dimension::practitioner, *practitioner};
  return {};
}

// Of a list or of all: from the rows that are kept, else evaluated. `boards`: of the measure.
Result<std::string> of_all(const Reading& reading, const std::vector<kept::BoardPointer>& boards,
                           const kept::Period& period, const Asked& asked,
                           const std::string& type) {
  const auto board = choose(reading, boards, {&period.text});
  const bool is_list = type == "subject-list";
  const auto subjects = is_list ? Subjects::listed : Subjects::counted;
  const auto stratum = stratum_of(asked);
  auto header = header_of(period);
  const auto any = board ? board : choose(reading, boards, {});
  Result<Totals> totals = Totals{};
  if (board == nullptr) {
    totals = evaluated_totals(reading, any, period, stratum, subjects);
  } else {
    const auto progress = kept::progress_of(reading.rows(), board->number);
    if (!progress) return progress.error();
    if (!progress->complete(reading.sources().shards.count())) header.status = "pending";
    totals = kept_totals(reading, board, stratum, subjects);
  }
  if (!totals) return totals.error();
  const auto& measure = any->package->measure->definition();
  if (!is_list) return quality::summary_report(measure, totals->groups, header, totals->left_out);
  return quality::subject_list_report(measure, totals->groups, totals->subjects, header,
                                      totals->left_out);
}

Result<std::string> measure_asked(const Request& request, const Asked& asked) {
  if (request.captures.contains("id")) return std::string(request.capture("id"));
  const auto* measure = asked.find("measure");
  if (measure != nullptr) return measure->substr(measure->rfind("Measure/") == 0 ? 8 : 0);
  return events::invalid("measure: is missing; write its id, name or url", "measure");
}

Result<std::string> evaluate_measure(const Reading& reading, const Request& request,
                                     const Asked& asked) {
  const auto subject = asked.subject();
  if (!subject) return subject.error();
  const auto period = asked.period();
  if (!period) return period.error();
  auto type = report_type(asked, !subject->empty());
  if (!type) return type.error();
  const auto measure = measure_asked(request, asked);
  if (!measure) return measure.error();
  if ((*type == "individual") == subject->empty())
    return events::invalid("subject: goes with reportType=subject, and only with it", "subject");
  const auto boards = boards_named(reading.context(), *measure);
  if (!boards) return boards.error();
  if (*type != "individual") return of_all(reading, *boards, *period, asked, *type);
  auto board = choose(reading, *boards, {&period->text});
  if (board == nullptr) board = choose(reading, *boards, {});
  auto evaluated = evaluated_patient(reading, *board->package, *period, *subject);
  if (!evaluated) return evaluated.error();
  return std::move(evaluated->report);
}

struct Operation {
  std::string pattern;
  std::vector<std::string_view> parameters;
  Result<std::string> (*answer)(const Reading&, const Request&, const Asked&);
};

Response answer(const Context& context, const Request& request, const Operation& operation) {
  if (auto refused = fhir::refuse_format(request)) return std::move(*refused);
  Request without = request;
  without.query.clear();
  if (auto begun = begin(context, without, {}, {}); !begun)
    return ops::http::outcome_response(begun.error());
  const auto asked = Asked::read(request, operation.parameters);
  if (!asked) return ops::http::outcome_response(asked.error());
  const auto as_of = asked->as_of();
  if (!as_of) return ops::http::outcome_response(as_of.error());
  const auto reading = Reading::begin(context, *as_of, "_asOf");
  if (!reading) return ops::http::outcome_response(reading.error());
  auto answered = operation.answer(*reading, request, *asked);
  if (!answered) return ops::http::outcome_response(answered.error());
  return reading->marked(
      with_position(Response::fhir(200, std::move(*answered)), reading->position()));
}

void add_operation(ops::http::Router& router, const Context& context, const Operation& operation) {
  for (const char* method : {"GET", "POST"}) {
    router.add(method, operation.pattern, [context, operation](const Request& request) {
      return answer(context, request, operation);
    });
  }
}

}  // namespace

void add_measure_operations(ops::http::Router& router, const Context& context) {
  const std::vector<std::string_view> of_measure{
      "periodStart", "periodEnd", "measure", "reportType", "subject", "practitioner", "_asOf"};
  add_operation(router, context, {"/fhir/Measure/$evaluate-measure", of_measure, evaluate_measure});
  add_operation(router, context,
                {"/fhir/Measure/{id}/$evaluate-measure", of_measure, evaluate_measure});
  add_operation(router, context,
                {"/fhir/Measure/$care-gaps",
                 {"periodStart", "periodEnd", "status", "subject", "measureId", "measureIdentifier",
                  "measureUrl", "_asOf"},
                 care_gaps});
}

}  // namespace query::measures
