// The unit atoms of tables/units.tsv with UCUM's prefixes: what a unit code is made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "projections/trends/table.h"
#include "projections/trends/ucum.h"

namespace projections::trends {

class Atoms {
 public:
  // Each row is made of rows above it. invalid: names the row.
  static events::Result<Atoms> read(const Table& table);
  // Those that ship; constant for the life of the program, read from any thread.
  static const Atoms& ucum();

  // `name` as an atom, or as prefix and an atom that takes one: mg, dL, m[iU].
  std::optional<Unit> find(std::string_view name) const;

 private:
  struct Atom {
    Unit unit;
    bool takes_prefix = false;
  };
  const Atom* atom(std::string_view name) const;
  std::unordered_map<std::string, Atom> atoms_;
};

// parse_unit over other atoms than UCUM's.
events::Result<Unit> parse_unit_with(std::string_view code, const Atoms& atoms);

}  // namespace projections::trends
