// Figures of few patients, as they are shown to people without rights to single patients: on pages
// and in exports, never in $evaluate-measure (../shared/CLINICAL.md, "Measures").
#pragma once

#include <set>
#include <string>
#include <vector>

#include "ops/auth/principal.h"
#include "projections/measures/figures.h"

namespace query::measures {

namespace kept = projections::measures;

inline constexpr std::int64_t shown_from = 11;  // a cell of fewer patients is withheld

// Whether single patients are this reader's business. Purposes are claimed as the subject is: care
// and running it (HL7 v3 PurposeOfUse TREAT, HOPERAT and their kind) see all, another that is
// stated does not. Without any it is somebody to whom the node shows every chart: withholding a
// count from them protects nobody.
bool may_see_patients(const ops::auth::Principal& who);
// forbidden, to whom only figures are shown.
events::Status permit_patients(const ops::auth::Principal& who);

// The populations of one cell that are not shown; "rate" among them.
using Withheld = std::set<std::string, std::less<>>;

// Of each of `cells`, which are all those of one dimension:
// - counts from 1 to 10, and those from which one could be worked out within the cell: who is left
//   in the denominator, who met, who did not, and the rate of any of these;
// - so many more of the same population, the smallest first, that the difference to the total,
// which
//   others may know, does not say any of them: at least two, of together at least 22.
std::vector<Withheld> withheld(const std::vector<kept::CellFigures>& cells);

}  // namespace query::measures
