// CDC 2000 growth charts as L, M and S by age and sex (tables/growth.tsv).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/trends/patient_facts.h"

namespace projections::trends {

struct Lms {
  long double l = 0, m = 0, s = 0;
};

// Of length, height (cm), weight (kg), bmi (kg/m2) or head_circumference (cm): between two ages
// of the table in a straight line, as CDC's own program does. Nothing outside its ages.
std::optional<Lms> growth_reference(std::string_view measure, Sex sex, long double months);

// ((value / M)^L - 1) / (L S), and ln(value / M) / S where L is zero.
long double z_score_of(long double value, const Lms& lms);
// Of the normal distribution, in percent.
long double percentile_of(long double z_score);

}  // namespace projections::trends
