// One antigen's series for a patient, all evaluated and forecast, the best ones marked.
#pragma once

#include "projections/prevention/immunization/selection.h"

namespace projections::immunization {

struct AntigenAnswer {
  const Antigen* antigen = nullptr;
  std::vector<std::size_t> doses;  // places in History::doses
  std::vector<PatientSeries> series;
  Immunity immunity;
  Contraindications contraindications;
  bool sex_missing = false;  // each series of a group asks for a sex, and it is not known
};

AntigenAnswer answer_antigen(std::size_t antigen, const Schedule& schedule, const Patient& patient,
                             Day birth, const History& history, const Moment& moment);

}  // namespace projections::immunization
