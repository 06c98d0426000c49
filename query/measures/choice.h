// Which board a question means, where a measure is kept in several versions over several periods.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "projections/measures/boards.h"

namespace query::measures {

namespace kept = projections::measures;

// 1.10 after 1.9: numbers by their value, other text as it is.
bool is_newer_version(std::string_view a, std::string_view b);

// Of boards of one name, in whichever versions; null: none of this version, or of this period
// (Period::text). Without period the one that `today` is in, of several the one that began last;
// if it is in none, the one that ends last. Without version the newest that is kept over it.
struct Choice {
  const std::string* period = nullptr;
  const std::string* version = nullptr;
};
kept::BoardPointer chosen(const std::vector<kept::BoardPointer>& boards, const Choice& choice,
                          std::chrono::sys_days today);

}  // namespace query::measures
