// Which doses were said of a drug, by whom and from when: side by side, never added up.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "projections/medication_claim.h"

namespace projections {

// From when a source says another dose or strength than it did before. A renewal at the same
// dose is no change.
struct DoseChange {
  std::string from;        // the resource's date; of a later version the time it was sent
  bool from_sent = false;  // `from` is when the change was sent, not when it was made
  std::string dose;        // as the line has it; empty: not recorded
  std::string strength;    // of the product; empty: not said
  std::string source;      // order, statement, dispense …
  events::ResourceType type{};
  std::string id;
  events::Version version;
};

// Newest first. `strength_of` says what the product of a resource contains.
std::vector<DoseChange> dose_changes_of(
    const std::vector<MedicationClaim>& claims,
    const std::function<std::string(const MedicationClaim&)>& strength_of);

}  // namespace projections
