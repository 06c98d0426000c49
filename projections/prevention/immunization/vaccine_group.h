// Antigens' forecasts joined into one a vaccine group (logic specification, chapter 9).
#pragma once

#include "projections/prevention/immunization/antigen_answer.h"
#include "projections/prevention/immunization/assessment.h"

namespace projections::immunization {

// One best series and the antigen it is of.
struct Member {
  const AntigenAnswer* antigen = nullptr;
  const PatientSeries* series = nullptr;
};

// `members` are of one kind (all standard, or all risk) and not empty. Fills status, dates,
// dose number, vaccines, antigens, reasons and series; standing and the rest are left.
GroupAnswer join(const VaccineGroup& group, const std::vector<Member>& members,
                 const History& history);

}  // namespace projections::immunization
