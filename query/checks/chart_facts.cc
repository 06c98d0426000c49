#include "query/checks/chart_facts.h"

#include "projections/safety/shard_source.h"

namespace query::checks {

events::Result<ChartFacts> chart_facts(const Sources& sources, const PatientRead& read,
                                       const knowledge::Knowledge& by, events::Micros at,
                                       const std::vector<Redrafted>& redrafted) {
  const MedicationFinder finder(sources, read);
  const projections::safety::ShardSource rows(
      *read.view, read.stream, [&finder](std::string_view id) { return finder.find(id); });
  return projections::safety::chart_facts(rows, by, at, redrafted);
}

}  // namespace query::checks
