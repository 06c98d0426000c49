// When a rule applies, beyond the drugs it names: the column `when` of the tables.
//
//   first daily > 20 mg; second stopped < 14 d; not first intrauterine; together > 5 d
//   age >= 65 y; egfr < 30; pregnant; total daily > 4000 mg; times a day >= 1; sex female
//   reaction urticaria
//
// In tables about one drug `first` is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace projections::knowledge {

enum class Route : std::uint8_t {
  unknown,
  oral,
  sublingual,
  injected,
  inhaled,
  nasal,
  transdermal,
  rectal,
  vaginal,
  implanted,
  intrauterine,
  topical,
  ophthalmic,
  otic,
  dental,
};
// Whether next to nothing of it reaches the circulation. An unknown route may.
constexpr bool is_local(Route route) { return route >= Route::topical; }
std::optional<Route> route_of(std::string_view word);  // as the tables write it
const char* to_string(Route route);

enum class Reaction : std::uint8_t { unknown, respiratory, urticaria, anaphylaxis, other };
std::optional<Reaction> reaction_of(std::string_view word);
const char* to_string(Reaction reaction);

enum class Sex : std::uint8_t { unknown, female, male };

enum class Measure : std::uint8_t {
  daily_mg,        // of the drug's ingredient in this line
  total_daily_mg,  // of the ingredient, over all lines
  single_mg,       // at a time
  times_a_day,
  stopped_days,   // since the drug's end: lets a rule reach stopped drugs
  together_days,  // both are taken
  age_months,     // completed
  egfr,           // mL/min/1.73 m2
  weight_kg,
  pregnant,
  sex,
  route,
  local,  // any local route
  reaction,
};

enum class Compare : std::uint8_t { is, less, at_most, more, at_least };

struct Condition {
  bool second = false;  // about the second drug
  bool negated = false;
  Measure measure{};
  Compare compare = Compare::is;
  double value = 0;  // in the measure's unit
  Route route{};
  Sex sex{};
  Reaction reaction{};

  bool holds(double number) const;
};

// Empty text, no conditions. The message names the part that is not understood.
events::Result<std::vector<Condition>> parse_conditions(std::string_view text);

}  // namespace projections::knowledge
