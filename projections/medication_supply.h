// For which days a patient had a drug at hand, from dispenses. It says what was handed over,
// not what was taken. Nothing here is clinically reviewed.
//
// A dispense covers its days supply from the day it was handed over (the date as written).
// What is left of the same product is used up first: an early refill lengthens its cover.
// Different products of a line (two strengths) cover their days each on their own, so a
// change of strength leaves the rest of the old one unused.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "projections/medication_claim.h"

namespace projections {

// A gap of so many days is ordinary (weekends, tablets left in the box); a longer one is shown.
inline constexpr std::chrono::days supply_tolerance{7};

struct SupplyGap {
  std::chrono::sys_days from, to;  // first day without, first day with again
  bool is_open = false;            // still so on the day asked about, which is `to`
  std::string uncertain;           // a dispense within it whose days are not known
};

struct Supply {
  std::size_t dispenses = 0;                           // 0: none recorded, nothing is said
  std::optional<std::chrono::sys_days> covered_from;   // nothing: no dispense could be computed
  std::optional<std::chrono::sys_days> covered_until;  // first day without
  std::vector<SupplyGap> gaps;                         // newest first
  std::vector<std::string> not_computed;               // which dispenses, and for want of what
};

// `open_at`: the day up to which a drug that is still taken needs supply; nothing for drugs
// that ended.
Supply supply_of(const std::vector<MedicationClaim>& claims,
                 std::optional<std::chrono::sys_days> open_at);

}  // namespace projections
