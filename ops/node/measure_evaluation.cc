#include "ops/node/measure_evaluation.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "events/fhir/definitions.h"
#include "ops/node/documents.h"
#include "projections/quality/content.h"
#include "projections/quality/record.h"
#include "projections/quality/report.h"

namespace ops::node {
namespace {

namespace json = boost::json;
namespace quality = projections::quality;
using events::Result;
using events::Status;
using Output = MeasureEvaluation::Output;

constexpr std::size_t json_depth_max = 500;

struct LoadedMeasure {
  std::string name;
  quality::Measure measure;
  quality::MeasureTotals totals{};
  quality::SubjectLists subjects{};
};

using TakeDocument = std::function<Status(const json::value&)>;

Status parse_and_take(const std::string& text, const TakeDocument& take) {
  json::error_code failed;
  json::parse_options options;
  options.max_depth = json_depth_max;
  const auto document = json::parse(text, failed, {}, options);
  return failed ? events::invalid("not JSON") : take(document);
}

// Each document of the files; the first error ends it, with file and line.
Status for_each_document(const std::vector<std::filesystem::path>& paths,
                         const TakeDocument& take) {
  const auto files = find_documents(paths);
  if (!files) return files.error();
  for (const auto& file : *files) {
    Status taken;
    const auto read = read_documents(file, [&](const std::string& text, std::size_t line) {
      taken = parse_and_take(text, take);
      if (!taken)
        taken = events::Error{
            taken.error().code,
            fmt::format("{}:{}: {}", file.filename().string(), line, taken.error().message),
            {}};
      return taken.has_value();
    });
    if (!read) return read;
    if (!taken) return taken;
  }
  return {};
}

// A day is from its beginning to its end, UTC.
Result<quality::Value> period_of(const MeasureEvaluation& evaluation) {
  const auto point = [](const std::string& text) -> std::optional<quality::Moment> {
    const auto moment = quality::parse_date_time(text, 0);
    return moment && moment->has(quality::Precision::day) ? moment : std::nullopt;
  };
  const auto first = point(evaluation.period_start);
  const auto last = point(evaluation.period_end);
  if (!first || !last || quality::milliseconds_of(*first) > quality::milliseconds_of(*last))
    return events::invalid(
        fmt::format("--period: \"{}\" to \"{}\" is no period; write 2025-01-01 2025-12-31, the "
                    "first day first",
                    evaluation.period_start, evaluation.period_end));
  quality::Interval period;
  period.low = quality::Value(quality::earliest(*first));
  period.high = quality::Value(quality::latest(*last));
  return quality::Value(period);
}

Result<std::vector<LoadedMeasure>> load_measures(const quality::Content& content,
                                                 const MeasureEvaluation& evaluation,
                                                 const MeasureEvaluationSink& sink) {
  std::vector<LoadedMeasure> loaded;
  const bool all = evaluation.measures.empty();
  for (const auto& name : all ? content.measures() : evaluation.measures) {
    auto measure = content.load(name);
    if (!measure && !all) return measure.error();
    if (!measure) {
      sink.notice(fmt::format("refused {}: {}", name, measure.error().message));
      continue;
    }
    for (const auto& warning : measure->definition().warnings)
      sink.notice(fmt::format("{}: {}", name, warning));
    loaded.push_back({name, std::move(*measure)});
  }
  if (loaded.empty()) return events::invalid("--content: no measure to evaluate");
  return loaded;
}

// The Bundle's one Patient, as a reference; empty: it has no id.
Result<std::string> subject_of(const quality::Record& record) {
  const auto& patients = record.of(events::fhir::definition("Patient"));
  if (patients.size() != 1)
    return events::unprocessable(fmt::format(
        "the Bundle has {} Patient resources; it is evaluated if it has one", patients.size()));
  const auto* resource = patients.front().element().json->if_object();
  const auto* id = resource ? resource->if_contains("id") : nullptr;
  return id && id->is_string() ? "Patient/" + std::string(id->get_string()) : std::string();
}

Status expect_bundle(const json::value& document) {
  const auto* object = document.if_object();
  const auto* type = object ? object->if_contains("resourceType") : nullptr;
  if (type && type->is_string() && type->get_string() == "Bundle") return {};
  return events::invalid(
      fmt::format("resourceType: {} is no Bundle; write one patient's resources as a Bundle a line",
                  type ? json::serialize(*type) : "nothing"));
}

class EvaluationRun {
 public:
  EvaluationRun(const MeasureEvaluation& evaluation, const MeasureEvaluationSink& sink,
                std::vector<LoadedMeasure> measures, quality::Value period)
      : evaluation_(evaluation),
        sink_(sink),
        measures_(std::move(measures)),
        period_(std::move(period)),
        header_{evaluation.period_start, evaluation.period_end} {}

  Status take(const json::value& bundle) {
    if (auto is_bundle = expect_bundle(bundle); !is_bundle) return is_bundle;
    const quality::Record record(bundle);
    const auto subject = subject_of(record);
    header_.subject = subject.value_or("");
    for (auto& each : measures_) {
      const auto found = subject ? each.measure.evaluate(record, period_, detail())
                                 : Result<quality::MeasureCounts>(subject.error());
      each.totals.add(found);
      if (evaluation_.output == Output::reports) write_report(each, found);
      if (evaluation_.output == Output::subject_list && found)
        quality::add_subject(each.subjects, found->groups, header_.subject);
    }
    return {};
  }

  void finish() {
    header_.subject.clear();
    if (evaluation_.output == Output::totals) sink_.result("measure\tgroup\tpopulation\tcount");
    for (const auto& each : measures_) {
      if (evaluation_.output == Output::totals) write_totals(each);
      if (evaluation_.output == Output::summary) write_summary(each);
      if (evaluation_.output == Output::subject_list) write_subjects(each);
      notice_failures(each);
    }
  }

 private:
  quality::Detail detail() const {
    if (evaluation_.output != Output::reports) return quality::Detail::counts;
    return evaluation_.explain ? quality::Detail::explain : quality::Detail::report;
  }

  void write_report(const LoadedMeasure& measure, const Result<quality::MeasureCounts>& found) {
    const auto& definition = measure.measure.definition();
    sink_.result(found ? quality::individual_report(definition, *found, header_)
                       : quality::failed_report(definition, found.error(), header_));
  }

  std::vector<quality::GroupCount> groups_of(const LoadedMeasure& each) const {
    return each.totals.groups.empty() ? each.measure.no_counts() : each.totals.groups;
  }
  void write_summary(const LoadedMeasure& each) {
    sink_.result(quality::summary_report(each.measure.definition(), groups_of(each), header_,
                                         each.totals.failed));
  }
  void write_subjects(const LoadedMeasure& each) {
    sink_.result(quality::subject_list_report(each.measure.definition(), groups_of(each),
                                              each.subjects, header_, each.totals.failed));
  }
  void write_totals(const LoadedMeasure& each) {
    std::size_t number = 0;
    for (const auto& group : groups_of(each)) {
      ++number;
      for (const auto& population : group.populations)
        sink_.result(
            fmt::format("{}\t{}\t{}\t{}", each.name, number, population.code, population.count));
    }
  }

  void notice_failures(const LoadedMeasure& each) {
    const auto& totals = each.totals;
    if (totals.failed > 0)
      sink_.notice(
          fmt::format("{}: {} of {} patients could not be evaluated and are in no count; {}",
                      each.name, totals.failed, totals.patients, totals.first_failure));
    if (totals.messages > 0)
      sink_.notice(fmt::format("{}: {} values could not be used", each.name, totals.messages));
  }

  const MeasureEvaluation& evaluation_;
  const MeasureEvaluationSink& sink_;
  std::vector<LoadedMeasure> measures_;
  quality::Value period_;
  quality::ReportHeader header_;
};

}  // namespace

Status evaluate_measures(const MeasureEvaluation& evaluation, const MeasureEvaluationSink& sink) {
  auto period = period_of(evaluation);
  if (!period) return period.error();
  quality::Content content;
  auto read = for_each_document(evaluation.content,
                                [&](const json::value& resource) { return content.add(resource); });
  if (!read) return read;
  auto measures = load_measures(content, evaluation, sink);
  if (!measures) return measures.error();
  EvaluationRun run(evaluation, sink, std::move(*measures), std::move(*period));
  read = for_each_document(evaluation.patients,
                           [&](const json::value& bundle) { return run.take(bundle); });
  run.finish();
  return read;
}

}  // namespace ops::node
