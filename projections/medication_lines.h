// From what resources say about drugs to lines of the medication list: the rules.
#pragma once

#include <string>
#include <vector>

#include "projections/medications.h"

namespace projections {

// The rules, for one group of resources (group_by_drug: one drug by one route and release):
// - what is said about taking it (active, on hold, no end, ended) makes one line: active if
//   anything is, else on hold, else what the newest says; an end that has passed is an end;
// - dispenses and administrations are evidence of that line; without one a dispense makes
//   "may still be taking", an administration "given";
// - a plan that an order of the same drug carries out (names it, or is not older) is part
//   of that line, not counted again; else a line of its own;
// - draft, cancelled, unknown, not taking and avoid are lines of their own, and are named
//   as disagreement on a line that says the patient takes it;
// - of someone who has died nothing is active, held or planned: it is past;
// - what is odd or wanting (no dose, text without code, an end before its start, a status that
//   its dates deny) is marked and changes nothing else.
MedicationReading conclude(MedicationClaims found, const knowledge::Knowledge& known,
                           MedicationScope scope, events::Micros at);

// The whole list without what only its readers are shown: marks, dose changes, supply.
MedicationReading conclude_lines(MedicationClaims found, const knowledge::Knowledge& known,
                                 events::Micros at);

// What is odd about one resource's own words, one sentence each.
std::vector<std::string> contradictions_of(const MedicationClaim& claim, events::Micros at);

// SNOMED CT 787481004 and IPS absent-unknown "no known medications" are no drugs.
bool is_none_known(const Coded& drug);

// Newest first; equal times by type and id, so that every reader sees one order.
bool is_newer(const MedicationClaim& a, const MedicationClaim& b);

// "MedicationRequest/r1".
std::string name_of(const MedicationClaim& claim);

}  // namespace projections
