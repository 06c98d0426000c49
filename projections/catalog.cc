#include "projections/catalog.h"

#include "events/check.h"
#include "projections/alert_outcomes.h"
#include "projections/alerts.h"
#include "projections/chart.h"
#include "projections/directory.h"
#include "projections/medication_sends.h"
#include "projections/medications.h"
#include "projections/patient_directory.h"
#include "projections/patient_sites.h"
#include "projections/prevention_due.h"
#include "projections/search_index.h"
#include "projections/series.h"
#include "projections/settings.h"

namespace projections {

std::span<const std::unique_ptr<const Projection>> all_projections() {
  static const auto list = [] {
    std::vector<std::unique_ptr<const Projection>> projections;
    projections.push_back(std::make_unique<Alerts>());
    projections.push_back(std::make_unique<AlertOutcomes>());
    projections.push_back(std::make_unique<Chart>());
    projections.push_back(std::make_unique<Directory>());
    projections.push_back(std::make_unique<MedicationList>());
    projections.push_back(std::make_unique<MedicationSends>());
    projections.push_back(std::make_unique<PatientDirectory>());
    projections.push_back(std::make_unique<PatientSites>());
    projections.push_back(std::make_unique<PreventionDue>());
    projections.push_back(std::make_unique<SearchIndex>());
    projections.push_back(std::make_unique<Series>());
    projections.push_back(std::make_unique<Settings>());
    return projections;
  }();
  return list;
}

std::size_t projection_index(std::string_view name) {
  const auto all = all_projections();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->name() == name) return i;
  }
  CHECK(!"a projection of that name");
  return 0;
}

}  // namespace projections
