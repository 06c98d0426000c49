// FHIR R4 MeasureReport (4.0.1) of what measures gave, as JSON on one line, with the extensions of
// Data Exchange for Quality Measures 4.0.0 (DEQM: criteriaReference, supplementalData) and
// CQFMeasures 4.0 (improvementNotation of a group). Same input, same bytes: `date` and `reporter`
// are there if given. Nothing of it is clinically reviewed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "events/result.h"
#include "projections/quality/measure_result.h"

namespace projections::quality {

struct ReportHeader {
  std::string period_start;  // FHIR dateTime
  std::string period_end;
  std::string subject{};           // "Patient/1"; empty: not of one subject, or not known
  std::string date{};              // when it was made
  std::string reporter{};          // a reference
  std::string status{"complete"};  // or pending: more is to come
};

// Counts are the patient's: 0 or 1, or the number of episodes. `counts` of Detail::report or more
// has evaluatedResource and supplemental data as well: calculated values as contained
// Observations, resources as references; of Detail::explain also a contained Parameters with each
// definition's value: a boolean, or JSON as text.
std::string individual_report(const MeasureDefinition& measure, const MeasureCounts& counts,
                              const ReportHeader& header);

// Status error: the evaluation ended in one. A contained OperationOutcome has the reason.
std::string failed_report(const MeasureDefinition& measure, const events::Error& error,
                          const ReportHeader& header);

// `groups`: Measure::no_counts() and every patient's added. Median and the like are of all values.
// `left_out`: patients that could not be evaluated and are in no count; said in an
// OperationOutcome.
std::string summary_report(const MeasureDefinition& measure, std::span<const GroupCount> groups,
                           const ReportHeader& header, std::size_t left_out = 0);

// Who is in a population, in FHIR references; [group][population].
using SubjectLists = std::vector<std::vector<std::vector<std::string>>>;
// Adds `subject` to each population that it is counted in.
void add_subject(SubjectLists& lists, std::span<const GroupCount> groups,
                 const std::string& subject);
// The summary, each population with a contained List of its subjects.
std::string subject_list_report(const MeasureDefinition& measure,
                                std::span<const GroupCount> groups, const SubjectLists& subjects,
                                const ReportHeader& header, std::size_t left_out = 0);

}  // namespace projections::quality
