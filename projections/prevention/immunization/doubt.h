// Doses whose day is not known, and for which vaccine groups that leaves things open.
#pragma once

#include "projections/prevention/immunization/antigen_answer.h"

namespace projections::immunization {

// Whether the answer for `antigens` (of one vaccine group) could be another one, had the dose
// set aside been given on one day or another of those it may have been given on: it holds one
// of the antigens, or is a vaccine that keeps theirs at a distance.
bool leaves_open(const UnusableDose& dose, const VaccineGroup& group,
                 const std::vector<AntigenAnswer>& antigens, const Schedule& schedule,
                 const History& history, const Moment& moment);

}  // namespace projections::immunization
