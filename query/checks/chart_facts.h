// A patient's rows as what orders are checked against: projections/safety concludes it, the same
// for a check that is asked for and for alerts that are folded.
#pragma once

#include <vector>

#include "projections/safety/amended_source.h"
#include "projections/safety/chart_facts.h"
#include "query/checks/product.h"

namespace query::checks {

namespace knowledge = projections::knowledge;
using projections::safety::Amendment;
using projections::safety::Avoided;
using projections::safety::ChartFacts;
using projections::safety::Recorded;
using projections::safety::Redrafted;
using projections::safety::supply_max;
using projections::safety::wash_out_max;

// As the chart stands with `amendments`; Medications that are referred to as they are now.
events::Result<ChartFacts> chart_facts(const Sources& sources, const PatientRead& read,
                                       const knowledge::Knowledge& by, events::Micros at,
                                       const std::vector<Redrafted>& redrafted,
                                       const std::vector<Amendment>& amendments = {});

}  // namespace query::checks
