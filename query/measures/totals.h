// What many patients add up to in a measure, as a MeasureReport (R4) takes it: with the measure's
// own strata, what was observed, and who was left out.
#pragma once

#include <string>
#include <vector>

#include "projections/quality/report.h"
#include "query/measures/reading.h"

namespace query::measures {

namespace quality = projections::quality;

struct Totals {
  std::vector<quality::GroupCount> groups;  // as the measure's
  quality::SubjectLists subjects;           // references, where they were asked for
  std::size_t left_out = 0;                 // whose evaluation ended in an error
};

// In a list; more are refused: they are paged through.
inline constexpr std::size_t subjects_max = 10'000;

enum class Subjects { counted, listed };

// From the rows that are kept: those of `stratum`. Counters where they suffice, else what was kept
// of each patient. unprocessable: more than `subjects_max` in a list.
events::Result<Totals> kept_totals(const Reading& reading, const kept::BoardPointer& board,
                                   const kept::Stratum& stratum, Subjects subjects);

// Patients evaluated when asked for, for a period that is not kept. `board`: of the measure, over
// whichever period; its patients are asked for. unprocessable: more than `evaluated_max`.
inline constexpr std::size_t evaluated_max = 1'000;
events::Result<Totals> evaluated_totals(const Reading& reading, const kept::BoardPointer& board,
                                        const kept::Period& period, const kept::Stratum& stratum,
                                        Subjects subjects);

// One patient, evaluated when asked for: with score, strata, supplemental data and what was
// evaluated.
struct Individual {
  std::string report;
  std::vector<quality::GroupCount> groups;
};
events::Result<Individual> evaluated_patient(const Reading& reading, const kept::Package& package,
                                             const kept::Period& period,
                                             const std::string& patient);

quality::ReportHeader header_of(const kept::Period& period, const std::string& patient = {});

}  // namespace query::measures
