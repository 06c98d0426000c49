#include "projections/past_budget.h"

#include <fmt/format.h>

namespace projections {
namespace {

events::Error beyond_budget(const PastBudget& budget, std::size_t most, std::string_view what) {
  return events::unprocessable(
      fmt::format("as of {}: more than {} {}, which is what one answer over all patients looks at; "
                  "name the patient, or ask about a later moment",
                  budget.asked, most, what));
}

}  // namespace

events::Status PastBudget::check() const {
  if (changes > changes_max)
    return beyond_budget(*this, changes_max, "changes have come since then");
  if (resources > resources_max)
    return beyond_budget(*this, resources_max,
                         "resources of the types asked for have changed since then");
  if (versions > versions_max)
    return beyond_budget(*this, versions_max,
                         "resources of the types asked for had other contents than now");
  if (patients > patients_max)
    return beyond_budget(*this, patients_max, "patients' records have changed since then");
  if (assessed > assessed_max)
    return beyond_budget(*this, assessed_max,
                         "patients' records have changed since then in what prevention asks for");
  return {};
}

}  // namespace projections
