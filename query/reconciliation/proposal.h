// Medication lists of several sources side by side, and which of their lines are proposed to be
// one drug. Nothing here is clinically reviewed.
//
// It follows the steps of NPSG.03.06.01 (Joint Commission, National Patient Safety Goals): the
// lists are obtained, compared, and what differs is shown; a person decides (signing.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/medications.h"
#include "query/reconciliation/outside_list.h"

namespace query::reconciliation {

using projections::MedicationClaim;

// Who says it: resources of one kind that one site or source sent, or a list from outside.
struct Column {
  std::string kind;       // ordered, reported, dispensed, given, outside
  std::string sent_by;    // MedicationClaim::confirmed_by; of a list from outside its label
  bool here = false;      // sent by the site that asks
  std::string last_date;  // the newest date of its lines, as sent
  std::optional<events::Micros> time;  // of last_date
  events::KnownTime last_confirmed;    // of the record only
  std::size_t lines = 0;
};

struct Cell {
  std::size_t column = 0;
  MedicationClaim claim;
  std::string outside;  // place in the list from outside; empty: a resource of the record
  std::string strength;
  bool needed = false;   // in force: a decision must name it
  bool by_name = false;  // only its words say which drug it is: a person confirms it
};
// "MedicationRequest/m1" or "entry[2]": how decisions name it, the former with its version.
std::string name_of(const Cell& cell);

// Lines that are one drug by release and route, as the medication list has it.
struct Row {
  projections::Coded drug;
  projections::DrugIdentity identity;
  std::string state;             // of the record, as in the medication list; "not recorded"
  std::string because;           // what that was concluded from
  std::string matched_by;        // empty: one line only
  bool to_be_confirmed = false;  // matched by words: never silently
  std::vector<Cell> cells;
  std::vector<std::string> differs;  // dose, state, who has it at all
  bool needs_decision() const;
};

struct Proposal {
  std::optional<std::string> died;
  std::vector<Column> columns;
  std::vector<Row> rows;          // those that need a decision first
  std::size_t past_left_out = 0;  // rows of what is over in every list
};

// `here`: the site that asks. Each resource in force stands in exactly one cell. Of what is
// over, dispensed or given a row has the newest of each column, as what else was said.
Proposal propose(projections::MedicationClaims record, const OutsideList& outside,
                 const projections::knowledge::Knowledge& known, std::string_view here,
                 events::Micros at);

}  // namespace query::reconciliation
