// chartlog measures evaluate --content PATH… [--measure NAME]… --period START END PATIENTS…
// chartlog measures load, unload: measures_load.h
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ops/node/command.h"
#include "ops/node/measure_evaluation.h"
#include "ops/node/measures_load.h"

namespace ops::node {
namespace {

struct MeasuresOptions {
  MeasureEvaluation evaluation;
  std::vector<std::string> period;
  bool summary = false;
  bool subject_list = false;
  bool totals = false;
};

// START END or START/END; what follows are patients' files, which the option has taken as well.
void read_period(MeasuresOptions& options) {
  auto& evaluation = options.evaluation;
  const auto& first = options.period.front();
  const auto slash = first.find('/');
  evaluation.period_start = first.substr(0, slash);
  if (slash != std::string::npos) evaluation.period_end = first.substr(slash + 1);
  auto rest = options.period.begin() + 1;
  if (slash == std::string::npos && rest != options.period.end()) evaluation.period_end = *rest++;
  evaluation.patients.insert(evaluation.patients.begin(), rest, options.period.end());
}

int evaluate(MeasuresOptions& options) {
  read_period(options);
  auto& evaluation = options.evaluation;
  if (options.summary) evaluation.output = MeasureEvaluation::Output::summary;
  if (options.subject_list) evaluation.output = MeasureEvaluation::Output::subject_list;
  if (options.totals) evaluation.output = MeasureEvaluation::Output::totals;
  const auto done =
      evaluation.patients.empty()
          ? events::invalid("no patients: name a file of Bundles, one a line")
          : evaluate_measures(evaluation,
                              {[](std::string_view line) { fmt::print("{}\n", line); },
                               [](std::string_view line) { fmt::print(stderr, "{}\n", line); }});
  if (!done) fmt::print(stderr, "chartlog measures: {}\n", done.error().message);
  return done ? 0 : 1;
}

void add_evaluate(CLI::App& app, const std::shared_ptr<MeasuresOptions>& options) {
  auto& evaluation = options->evaluation;
  auto* evaluating = app.add_subcommand(
      "evaluate", "MeasureReports of patients in files; not clinically reviewed");
  evaluating->add_option("patients", evaluation.patients,
                         "Bundles, one a patient: .json, .ndjson, .gz, .zst");
  evaluating
      ->add_option("--content", evaluation.content,
                   "Measure, Library (ELM) and ValueSet resources, or Bundles of them")
      ->required();
  evaluating->add_option("--measure", evaluation.measures, "its name; without: all of the content")
      ->allow_extra_args(false);
  evaluating->add_option("--period", options->period, "first and last day: 2025-01-01 2025-12-31")
      ->required();
  evaluating->add_flag("--explain", evaluation.explain,
                       "each report with the value of every definition");
  auto* summary = evaluating->add_flag("--summary", options->summary,
                                       "one summary MeasureReport a measure instead");
  auto* list = evaluating->add_flag("--subject-list", options->subject_list,
                                    "the same, with who is in each population");
  auto* totals = evaluating->add_flag("--totals", options->totals,
                                      "population counts, tab-separated, instead");
  summary->excludes(list)->excludes(totals);
  list->excludes(totals);
}

}  // namespace

Run prepare_measures(CLI::App& app) {
  auto options = std::make_shared<MeasuresOptions>();
  add_evaluate(app, options);
  app.require_subcommand(1);
  const auto load = add_measures_load(app);
  const auto unload = add_measures_unload(app);
  return [options, load, unload] {
    for (const auto& each : {load, unload}) {
      if (each.command->parsed()) return each.run();
    }
    return evaluate(*options);
  };
}

}  // namespace ops::node
