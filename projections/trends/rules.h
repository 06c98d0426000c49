// Trends worth saying: each rule is a row of tables/rules.tsv with its claim and source, each
// finding names its rule, what it rests on and why, in words. Nothing here is clinically reviewed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/trends/derived.h"
#include "projections/trends/table.h"

namespace projections::trends {

struct Rule {
  enum class Kind {
    rise,           // over the lowest value before, by the threshold or more
    ratio,          // to the threshold times the lowest value before, or more
    fall,           // under the highest value before, by the threshold or more
    percent_fall,   // the same in percent of it
    slope_fall,     // least squares, by more than the threshold a year
    category_fall,  // of GFR, with a fall in percent of the oldest value before
    crossing,       // to the threshold or above, and the value before was below
  };
  std::string id;
  Kind kind = Kind::rise;
  std::string group;          // analyte, or egfr
  long double threshold = 0;  // in the unit the series is joined in; the least of the equivalents
  std::string unit;
  events::Micros from{}, to{};  // how long before the newer value the older one lies, both included
  bool adults_only = false;
  std::string claim, source, section, read;
};

// invalid: names the row and what is wrong with it; a rule without a source is.
Result<std::vector<Rule>> read_rules(const Table& table);
// Those that ship; constant for the life of the program, read from any thread.
const std::vector<Rule>& rules();

struct Detected {
  const Rule* rule = nullptr;
  std::string when;  // of the newer value
  events::Micros time{};
  std::string reason;
  std::vector<Input> inputs;
};

// Newest first, rules in their table's order. Bounds and other values that do not count take no
// part. The creatinine rules are silent in dialysis; no weight in pregnancy is one to fall from.
std::vector<Detected> detect(const Trend& trend, const PatientFacts& facts);
std::vector<Detected> detect(const Derived& egfr, const PatientFacts& facts);

// The acute rises of creatinine alone.
std::vector<Detected> acute_rises(const Trend& creatinine, const PatientFacts& facts);

// KDIGO 2012: G1, G2, G3a, G3b, G4, G5 as 1 to 6, of an eGFR rounded to a whole number.
int gfr_category(long double egfr);

}  // namespace projections::trends
