// What a group's counts come to (FHIR R4 Clinical Quality Framework, measure scoring).
#pragma once

#include <optional>
#include <span>

#include "projections/quality/measure_result.h"

namespace projections::quality {

// Proportion: (numerator - its exclusions) / (denominator - exclusions - exceptions). Ratio: the
// same without exceptions, or its numerator's observations over its denominator's. Continuous
// variable: the observations' aggregate. Nothing: a cohort, nobody to divide by, or no observation.
std::optional<Decimal> score_of(Scoring scoring, std::span<const PopulationCount> populations,
                                std::span<const ObservedValues> observations);

// Nothing: there are none, and it is neither a count nor a sum.
std::optional<Decimal> aggregated(Aggregate aggregate, std::vector<Decimal> values);

}  // namespace projections::quality
