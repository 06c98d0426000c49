// Quality measures over files of patients, without a server. Nothing of it is clinically reviewed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace ops::node {

struct MeasureEvaluation {
  enum class Output {
    reports,       // MeasureReports: one a patient and measure, in the patients' order
    subject_list,  // one a measure, with who is in each population
    summary,       // one a measure
    totals,        // tab-separated: measure, group, population, count
  };
  // Bundles of any type, one a patient and, in .ndjson, one a line.
  std::vector<std::filesystem::path> patients;
  // Measure, Library (ELM) and ValueSet resources, or Bundles of them.
  std::vector<std::filesystem::path> content;
  std::vector<std::string> measures;  // Measure.name; none: all of the content
  // The measurement period, both ends included: 2025-01-01, or a DateTime with offset, which is
  // then that of DateTimes without one.
  std::string period_start;
  std::string period_end;
  Output output = Output::reports;
  bool explain = false;  // each report with the value of every definition
};

struct MeasureEvaluationSink {
  std::function<void(std::string_view line)> result;
  std::function<void(std::string_view line)> notice;  // what a person has to know besides
};

// Measures that are named must load; without a name those that do not are noticed and left out.
// A patient that cannot be evaluated has a report of status error, and is counted in a notice.
// invalid: content or a line that is not what it should be, by file and line; what was before it
// has been written.
events::Status evaluate_measures(const MeasureEvaluation& evaluation,
                                 const MeasureEvaluationSink& sink);

}  // namespace ops::node
