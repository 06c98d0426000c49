// From what resources say about drugs to lines of the medication list: the rules.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/medications.h"

namespace projections {

using ClaimsByDrug = std::map<std::string, std::vector<MedicationClaim>>;

// Fills `reading.lines` and `.none_known`; reads `.died`. The rules, for one drug by one
// route (a resource without a route belongs to the only route there is):
// - what is said about taking it (active, on hold, no end, ended) makes one line: active if
//   anything is, else on hold, else what the newest says; an end that has passed is an end;
// - dispenses and administrations are evidence of that line; without one a dispense makes
//   "may still be taking", an administration "given";
// - a plan that an order of the same drug carries out (names it, or is not older) is part
//   of that line, not counted again; else a line of its own;
// - draft, cancelled, unknown, not taking and avoid are lines of their own, and are named
//   as disagreement on a line that says the patient takes it;
// - of someone who has died nothing is active, held or planned: it is past.
void conclude(ClaimsByDrug claims, MedicationScope scope, events::Micros at,
              MedicationReading& reading);

}  // namespace projections
