// A medication list that the record does not have: a discharge list, what a patient brought. It is
// read, shown beside the record and never written as it is.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "projections/medication_claim.h"

namespace query::reconciliation {

inline constexpr std::size_t outside_lines_max = 200;

struct OutsideLine {
  projections::MedicationClaim claim;  // id: its place, which no resource can have as id
  std::string medication;              // a CodeableConcept, as JSON: what `add` writes
  std::string dosages;                 // {"dosage":[…]} with all of them; empty: none
  bool in_force = true;                // neither over nor not taken
};

struct OutsideList {
  std::string label;  // what it calls itself, or how it was introduced
  std::vector<OutsideLine> lines;
  std::vector<std::string> left_out;  // sentences
  bool person_compared = false;       // it has a Patient, whose birth date is the record's
};

inline constexpr std::string_view outside_source = "outside list";

// A Bundle, a List with contained resources, a MedicationStatement or MedicationRequest; a
// medicationReference may lead to a contained resource or into the Bundle, never to the record.
// invalid: not such a body; unprocessable: of more than one patient, of a patient with another
// birth date than `birth_date`, or too long.
events::Result<OutsideList> read_outside_list(const boost::json::value& body,
                                              std::string_view birth_date);

}  // namespace query::reconciliation
