// Which of an antigen's series a patient is on (logic specification, chapter 8).
#pragma once

#include "projections/prevention/immunization/forecast.h"

namespace projections::immunization {

// A series that is for this patient, evaluated and forecast.
struct PatientSeries {
  SeriesProgress progress;
  Forecast forecast;
  Relevance relevance;  // why it is for this patient
  bool best = false;    // one of those that protect the patient and do not repeat each other

  const Series& series() const { return *progress.series; }
};

// Marks the best ones. `facts` are those of the antigen.
void select_best(std::vector<PatientSeries>& all, const Facts& facts);

}  // namespace projections::immunization
