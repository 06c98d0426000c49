// Analytes: which codes are one quantity, and what converts within it beyond UCUM. mg/dL of
// creatinine are umol/L of creatinine by its molar mass; A1c has equations of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "projections/trends/table.h"
#include "projections/trends/ucum.h"

namespace projections::trends {

// A number in the unit that was asked for, and its digits as far as they are known.
struct Converted {
  std::string digits;
  std::string unit;  // UCUM
  long double value = 0;
};

struct Analyte {
  std::string group;               // "creatinine"
  std::string name;                // for people
  std::vector<std::string> codes;  // LOINC
  std::string unit;                // in which its values are joined

  // Equal amounts of this analyte: {1 mol, 113.12 g}, {1 eq, 1 mol}.
  struct Bridge {
    Unit left, right;
  };
  // value in `to` = factor * value in `from` + offset
  struct Equation {
    std::string to, from;
    long double factor = 1, offset = 0;
  };
  std::vector<Bridge> bridges;
  std::vector<Equation> equations;  // if there are any, only their units convert
  std::map<std::string, std::string, std::less<>> spellings;  // as sent → UCUM
};

class Analytes {
 public:
  // invalid: names the row and what is wrong with it.
  static events::Result<Analytes> read(const Table& table);
  // tables/analytes.tsv; constant for the life of the program, read from any thread.
  static const Analytes& built_in();

  // nullptr: there is none.
  const Analyte* of_group(std::string_view group) const;
  const Analyte* of_code(std::string_view system, std::string_view code) const;
  const std::vector<Analyte>& all() const { return all_; }

 private:
  std::vector<Analyte> all_;
};

// `digits` of `from` in `to`; without an analyte by UCUM alone. invalid says what does not
// convert and why; nothing is ever converted by guess.
events::Result<Converted> convert(const Analyte* analyte, std::string_view digits,
                                  std::string_view from, std::string_view to);
// Whether any value of the analyte can be shown in `unit`: invalid names unit and remedy.
events::Status check_unit(const Analyte& analyte, std::string_view unit);

}  // namespace projections::trends
