#include "query/checks/chart_facts.h"

#include "projections/safety/shard_source.h"

namespace query::checks {

events::Result<ChartFacts> chart_facts(const Sources& sources, const PatientRead& read,
                                       const knowledge::Knowledge& by, events::Micros at,
                                       const std::vector<Redrafted>& redrafted,
                                       const std::vector<Amendment>& amendments) {
  const MedicationFinder finder(sources, read);
  const projections::safety::ShardSource rows(
      *read.view, read.stream, [&finder](std::string_view id) { return finder.find(id); });
  if (amendments.empty()) return projections::safety::chart_facts(rows, by, at, redrafted);
  const projections::safety::AmendedSource amended(rows, read.stream, amendments, at);
  return projections::safety::chart_facts(amended, by, at, redrafted);
}

}  // namespace query::checks
