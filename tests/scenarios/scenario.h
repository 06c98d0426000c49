// Scenarios that a clinician can judge, as text. One file has several:
//
//   scenario: a stopped medication leaves the active list but not the history
//   given 2024-03-01 MedicationRequest ana metformin status=active id=r1
//   given 2024-03-01 MedicationRequest ana metformin status=stopped id=r1 reason=intolerance
//   when  medications of ana   then active: none; past: metformin (intolerance)
//
// `given` sends a resource; with an id seen before it amends (or confirms) it. Words after
// the name are key=value, _ stands for a space: status, id, intent, route, dose, end,
// reason, avoid, on (the order named), site, code (RxNorm), days and quantity (of a dispense,
// with their unit: 30_d), sent (the day on which it reached us; 2025-01-01 if not said).
// Type `Deleted` takes an id; type `Patient` takes `alive` or `died`, its date is then that of
// death.
// `when medications of P [at DATE]` then `state: drug (words + words), …; …`; `none`. The words
// are in the reason, the dose, what disagrees or is marked, the dose changes
// ("dose 2024-03-01 500 mg daily [25 mg] order/r1"), the supply ("covered 2024-03-01 to …",
// "gap 2024-04-01 to 2024-05-01 = 30 days"), "not checkable". One line a drug is what `none` and
// the count of drugs say.
// `when taking DRUG of P on TIME [now DATE]` then `yes`, `no` or `unknown_end (words + words)`,
// the words in the reason, the contradictions, what could not be checked, the resources.
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
