// In which populations of a group one row (a patient, an encounter) is.
//
// Criteria alone do not say it: each population lies within others (FHIR R4 Clinical Quality
// Framework, CQFMeasures 4.0, chapter on scoring). Proportion: a member of the exclusion keeps its
// denominator and leaves the numerator; an exception is one only outside the numerator; a
// numerator exclusion leaves the numerator as it is. A ratio's numerator need not be in its
// denominator.
#pragma once

#include <string_view>
#include <vector>

#include "projections/quality/measure_definition.h"

namespace projections::quality {

class Membership {
 public:
  // `meets`: of each of the group's populations, whether the row meets its criterion. Both
  // outlive this.
  Membership(const GroupDefinition& group, const std::vector<bool>& meets)
      : group_(group), meets_(meets) {}

  bool is_in(std::size_t population) const;
  bool is_in_any(std::string_view code) const;
  // Whether an observation is made of the row: it is in the population that is observed, and not
  // in that one's exclusion.
  bool is_observed_by(const PopulationDefinition& observation) const;

 private:
  bool is_in_initial_population_of(const PopulationDefinition& population) const;
  bool is_in_denominator(std::size_t denominator) const;
  bool is_in_numerator(std::size_t numerator) const;

  const GroupDefinition& group_;
  const std::vector<bool>& meets_;
};

}  // namespace projections::quality
