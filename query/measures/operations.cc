#include "query/measures/operations.h"

#include <fmt/format.h>

#include "query/fhir/negotiation.h"
#include "query/measures/asked.h"
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
Result<std::string> of_all(const Context& context, const std::vector<kept::BoardPointer>& boards,
                           const kept::Period& period, const Asked& asked,
                           const std::string& type) {
  const auto board = choose(context, boards, {&period.text});
  const bool is_list = type == "subject-list";
  const auto subjects = is_list ? Subjects::listed : Subjects::counted;
  const auto stratum = stratum_of(asked);
  auto header = header_of(period);
  const auto any = board ? board : choose(context, boards, {});
  Result<Totals> totals = Totals{};
  if (board == nullptr) {
    totals = evaluated_totals(context, *any, period, stratum, subjects);
  } else {
    const auto rows = context.keeper.rows();
    const auto progress = kept::progress_of(*rows, board->number);
    if (!progress) return progress.error();
    if (!progress->complete(context.sources.shards.count())) header.status = "pending";
    totals = kept_totals(context, *board, *rows, stratum, subjects);
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

Result<std::string> evaluate_measure(const Context& context, const Request& request) {
  const auto asked = Asked::read(
      request, {"periodStart", "periodEnd", "measure", "reportType", "subject", "practitioner"});
  if (!asked) return asked.error();
  const auto subject = asked->subject();
  if (!subject) return subject.error();
  const auto period = asked->period();
  if (!period) return period.error();
  auto type = report_type(*asked, !subject->empty());
  if (!type) return type.error();
  const auto measure = measure_asked(request, *asked);
  if (!measure) return measure.error();
  if ((*type == "individual") == subject->empty())
    return events::invalid("subject: goes with reportType=subject, and only with it", "subject");
  const auto boards = boards_named(context, *measure);
  if (!boards) return boards.error();
  if (*type != "individual") return of_all(context, *boards, *period, *asked, *type);
  auto board = choose(context, *boards, {&period->text});
  if (board == nullptr) board = choose(context, *boards, {});
  auto evaluated = evaluated_patient(context, *board->package, *period, *subject);
  if (!evaluated) return evaluated.error();
  return std::move(evaluated->report);
}

using Operation = Result<std::string> (*)(const Context&, const Request&);

void add_operation(ops::http::Router& router, const Context& context, const std::string& pattern,
                   Operation operation) {
  for (const char* method : {"GET", "POST"}) {
    router.add(method, pattern, [context, operation](const Request& request) {
      if (auto refused = fhir::refuse_format(request)) return std::move(*refused);
      Request without = request;
      without.query.clear();
      if (auto begun = begin(context, without, {}, {}); !begun)
        return ops::http::outcome_response(begun.error());
      const auto position = position_of(context);
      auto answered = operation(context, request);
      if (!answered) return ops::http::outcome_response(answered.error());
      return with_position(Response::fhir(200, std::move(*answered)), position);
    });
  }
}

}  // namespace

void add_measure_operations(ops::http::Router& router, const Context& context) {
  add_operation(router, context, "/fhir/Measure/$evaluate-measure", evaluate_measure);
  add_operation(router, context, "/fhir/Measure/{id}/$evaluate-measure", evaluate_measure);
  add_operation(router, context, "/fhir/Measure/$care-gaps", care_gaps);
}

}  // namespace query::measures
