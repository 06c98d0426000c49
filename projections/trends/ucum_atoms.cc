#include "projections/trends/ucum_atoms.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "events/check.h"
#include "projections/trends/digits.h"
#include "projections/trends/table.h"

namespace projections::trends {
namespace {

struct Prefix {
  std::string_view code;
  long double factor;
};
// UCUM 2.2, section 4.1. `da` stands before `d`, or a decalitre would be no unit.
constexpr std::array prefixes = {
    Prefix{"Y", 1e24L},  Prefix{"Z", 1e21L},  Prefix{"E", 1e18L},  Prefix{"P", 1e15L},
    Prefix{"T", 1e12L},  Prefix{"G", 1e9L},   Prefix{"M", 1e6L},   Prefix{"k", 1e3L},
    Prefix{"h", 1e2L},   Prefix{"da", 1e1L},  Prefix{"d", 1e-1L},  Prefix{"c", 1e-2L},
    Prefix{"m", 1e-3L},  Prefix{"u", 1e-6L},  Prefix{"n", 1e-9L},  Prefix{"p", 1e-12L},
    Prefix{"f", 1e-15L}, Prefix{"a", 1e-18L}, Prefix{"z", 1e-21L}, Prefix{"y", 1e-24L},
};

}  // namespace

events::Result<Atoms> Atoms::read(const Table& table) {
  Atoms atoms;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string code(table.at(row, "code"));
    const std::string value(table.at(row, "value")), shift(table.at(row, "shift"));
    Atom atom;
    atom.takes_prefix = table.at(row, "prefixes") == "yes";
    if (const auto made_of = table.at(row, "unit"); made_of.empty()) {
      atom.unit.dimension[code] = 1;
    } else if (made_of != "1") {
      auto unit = parse_unit_with(made_of, atoms);
      if (!unit) return events::invalid(fmt::format("unit {}: {}", code, unit.error().message));
      atom.unit = std::move(*unit);
    }
    // The number pi has more digits than read_digits takes; any other text is a number too.
    const long double factor = std::strtold(value.c_str(), nullptr);
    if (!(factor > 0)) return events::invalid(fmt::format("unit {}: value \"{}\"", code, value));
    atom.unit.factor *= factor;
    atom.unit.shift = std::strtold(shift.c_str(), nullptr);
    atom.unit.code = code;
    if (!atoms.atoms_.emplace(code, std::move(atom)).second) {
      return events::invalid(fmt::format("unit {}: is there twice", code));
    }
  }
  return atoms;
}

const Atoms& Atoms::ucum() {
  static const Atoms atoms = [] {
    auto read_atoms = read(built_in_table("units"));
    CHECK(read_atoms.has_value());
    return std::move(*read_atoms);
  }();
  return atoms;
}

const Atoms::Atom* Atoms::atom(std::string_view name) const {
  const auto found = atoms_.find(std::string(name));
  return found == atoms_.end() ? nullptr : &found->second;
}

// No code is both an atom and a prefixed one with another meaning (UCUM, appendix B lists the
// conflicts and gives the atom the right of way).
std::optional<Unit> Atoms::find(std::string_view name) const {
  if (const auto* whole = atom(name)) return whole->unit;
  for (const auto& prefix : prefixes) {
    if (!name.starts_with(prefix.code)) continue;
    const auto* rest = atom(name.substr(prefix.code.size()));
    if (rest == nullptr || !rest->takes_prefix || rest->unit.shift != 0) continue;
    Unit unit = rest->unit;
    unit.factor *= prefix.factor;
    return unit;
  }
  return std::nullopt;
}

}  // namespace projections::trends
