#include "projections/quality/membership.h"

#include <algorithm>

namespace projections::quality {

bool Membership::is_in(std::size_t population) const {
  if (!meets_[population]) return false;
  const auto& code = group_.populations[population].code;
  if (code == "denominator" || code == "measure-population") return is_in_denominator(population);
  if (code == "denominator-exclusion") return is_in_any("denominator");
  if (code == "measure-population-exclusion") return is_in_any("measure-population");
  if (code == "numerator") return is_in_numerator(population);
  if (code == "numerator-exclusion") return is_in_any("numerator");
  if (code == "denominator-exception")
    return is_in_any("denominator") && !is_in_any("denominator-exclusion") &&
           !is_in_any("numerator");
  return true;
}

bool Membership::is_in_any(std::string_view code) const {
  for (std::size_t i = 0; i < group_.populations.size(); ++i) {
    if (group_.populations[i].code == code && is_in(i)) return true;
  }
  return false;
}

// A measure without one is of everybody.
bool Membership::is_in_initial_population_of(const PopulationDefinition& population) const {
  bool has_one = false;
  for (std::size_t i = 0; i < group_.populations.size(); ++i) {
    const auto& other = group_.populations[i];
    if (other.code != "initial-population") continue;
    if (!population.of.empty() && other.id != population.of) continue;
    if (meets_[i]) return true;
    has_one = true;
  }
  return !has_one;
}

bool Membership::is_in_denominator(std::size_t denominator) const {
  return is_in_initial_population_of(group_.populations[denominator]);
}

bool Membership::is_in_numerator(std::size_t numerator) const {
  const bool counts = group_.scoring == Scoring::ratio
                          ? is_in_initial_population_of(group_.populations[numerator])
                          : is_in_any("denominator");
  return counts && !is_in_any("denominator-exclusion");
}

bool Membership::is_observed_by(const PopulationDefinition& observation) const {
  return is_in(observation.observed) &&
         !is_in_any(group_.populations[observation.observed].code + "-exclusion");
}

}  // namespace projections::quality
