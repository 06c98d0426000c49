#include "query/measures/operations.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "projections/measures/evaluation.h"
#include "projections/quality/record.h"
#include "projections/quality/report.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/search.h"
#include "query/measures/asked.h"
#include "query/measures/care_gaps.h"
#include "query/measures/report.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

namespace quality = projections::quality;

constexpr std::size_t subjects_max = 10'000;

quality::ReportHeader header_of(const kept::Period& period, const std::string& patient) {
  const auto slash = period.text.find('/');
  return {period.text.substr(0, slash), period.text.substr(slash + 1), "Patient/" + patient,
          events::format_instant(fhir::now())};
}

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

// Evaluated now, whatever the period: with strata, supplemental data and what was evaluated.
Result<std::string> individual(const Context& context, const kept::Board& board,
                               const std::string& patient) {
  const auto read = open_patient(context.sources, patient);
  if (!read) return read.error();
  const kept::Documents documents = [&](const auto& stream, const auto& row) {
    return context.sources.shards.document(stream, row);
  };
  auto record = kept::PatientRecord::read(read->view->rows(), read->stream,
                                          board.package->relevance.types(), documents);
  if (!record) return record.error();
  const auto resources = record->as_of(std::numeric_limits<kept::Month>::max());
  note_opened(context.sources, read->stream, *record);
  ops::auth::note_patient(patient);
  if (!resources) return resources.error();
  const quality::Record evaluated(*resources);
  Result<quality::MeasureCounts> counts =
      quality::MeasureCounts{board.package->measure->no_counts(), {}};
  if (kept::is_counted(*resources)) counts = kept::count(board, evaluated, quality::Detail::report);
  if (!counts)
    return events::unprocessable("the evaluation of this patient ended in an error: " +
                                 counts.error().message);
  return quality::individual_report(board.package->measure->definition(), *counts,
                                    header_of(board.period, patient));
}

Status add_subjects(const kept::Board& board, const projections::RowView& rows,
                    const kept::Stratum& stratum, Report& report) {
  for (std::size_t i = 0; i < board.package->groups.size(); ++i) {
    for (const auto& population : board.package->groups[i].populations) {
      const kept::CellKey cell{board.number, static_cast<std::uint8_t>(i), stratum, population};
      const auto members = kept::members(rows, cell, std::nullopt, subjects_max + 1);
      if (!members) return members.error();
      if (members->size() > subjects_max)
        return events::unprocessable(
            fmt::format("more than {} patients; page through /measures/{}/patients?population={}",
                        subjects_max, board.package->id, population));
      auto& list = report.subjects[{i, population}];
      for (const auto& member : *members) {
        ops::auth::note_patient(member.patient);
        list.push_back(member.patient);
      }
    }
  }
  return {};
}

// From the rows that are kept current.
Status of_all(const Context& context, const kept::Board& board, const Asked& asked,
              std::string type, JsonWriter& json) {
  const auto rows = context.keeper.rows();
  const auto progress = kept::progress_of(*rows, board.number);
  if (!progress) return progress.error();
  kept::Stratum stratum;
  if (const auto* practitioner = asked.find("practitioner"))
    stratum = {kept::Dimension::practitioner, *practitioner};
  Report report{*board.package,
                board.period,
                type,
                progress->complete(context.sources.shards.count()) ? "complete" : "pending",
                {},
                {}};
  for (std::size_t i = 0; i < board.package->groups.size(); ++i) {
    const auto cells =
        kept::cells(*rows, board.number, static_cast<std::uint8_t>(i), stratum.dimension);
    if (!cells) return cells.error();
    auto& figures = report.groups.emplace_back();
    for (const auto& cell : *cells) {
      if (cell.value == stratum.value) figures = cell.figures;
    }
  }
  if (type == "subject-list") {
    if (auto added = add_subjects(board, *rows, stratum, report); !added) return added;
  }
  write_report(report, json);
  return {};
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
  if (*type == "individual") {
    const auto package = package_of(context, *measure);
    if (!package) return package.error();
    return individual(context, {0, {}, *period, *package}, *subject);
  }
  const auto board = board_of(context, *measure, &period->text);
  if (!board) return board.error();
  JsonWriter json;
  if (auto done = of_all(context, **board, *asked, std::move(*type), json); !done)
    return done.error();
  return std::move(json).take();
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
