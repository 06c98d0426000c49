// Scenarios that a clinician can judge, as text. One file has several:
//
//   scenario: a stopped medication leaves the active list but not the history
//   given 2024-03-01 MedicationRequest ana metformin status=active id=r1
//   given 2024-03-01 MedicationRequest ana metformin status=stopped id=r1 reason=intolerance
//   when  medications of ana   then active: none; past: metformin (intolerance)
//
// `given` sends a resource; with an id seen before it amends (or confirms) it. Words after
// the name are key=value, _ stands for a space: status, id, intent, route, dose, end,
// reason, avoid, on (the order named), site. Type `Deleted` takes an id; type `Patient`
// takes `alive` or `died`, its date is then that of death.
// `when medications of P [at DATE]` then `state: drug (words of its reason), …; …`; `none`.
// `when Condition of P` then the names, newest first.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tests {

struct Scenario {
  std::string name;
  std::vector<std::string> lines;
};
std::vector<Scenario> read_scenarios(const std::filesystem::path& file);

// What came out otherwise than said, one line each; empty: as said.
std::vector<std::string> play(const Scenario& scenario);

}  // namespace tests
