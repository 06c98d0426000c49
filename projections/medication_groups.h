// Which resources are one line of the medication list, whatever brand, strength or spelling
// they name. Nothing here is clinically reviewed.
#pragma once

#include <vector>

#include "projections/medication_claim.h"
#include "projections/medication_identity.h"

namespace projections {

// One line's resources.
struct DrugGroup {
  DrugIdentity identity;  // the form is the most that its resources say together
  std::vector<MedicationClaim> claims;
  // Of other lines, but perhaps about this one: "avoid" and "not taken" that say less, and
  // "avoid" of an ingredient that is a part of this.
  std::vector<MedicationClaim> near;
};

// What says less joins the only line it can mean, else is a line of its own. What is in force
// or against it (active, on hold, not taken, avoid) makes the lines, so that a short list and
// the whole one have the same; the rest joins these where that is clear.
std::vector<DrugGroup> group_by_drug(const knowledge::Knowledge& known,
                                     std::vector<MedicationClaim> claims);

}  // namespace projections
