// Which orders of a request are authored here and now, so that they are checked before they are
// written (Environment::check_orders). All others are recorded whatever is known against them:
// history, imports and feeds, orders of other sites, what was ordered before.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ingest/fhir/placement.h"
#include "ingest/fhir/references.h"

namespace ingest::fhir {

// Types of which the orders' patient's facts are made: what of them comes with the orders is
// looked at with them.
bool is_looked_at(events::ResourceType type);

// Whether a write of that type may be one: then what was written before it must be in the rows.
bool may_be_gated(const RequestContext& context, events::ResourceType type);

// A MedicationRequest with status active, intent order or original-order, not reported[x], not
// doNotPerform, authoredOn absent or within the last 24 hours before `now`.
bool is_authored_now(std::string_view facts, events::KnownTime now);

// All outlive this.
struct GatedPlan {
  const RequestContext& context;
  const std::vector<Write>& writes;
  const std::vector<PlannedWrite>& planned;
  const Placement& placement;
  // By the number of the write: finished schema::Facts of MedicationRequests, DetectedIssues and
  // what is_looked_at().
  const std::map<std::size_t, std::string>& facts;
};

// What speaks against the plan. A commit that was accepted before is not judged again.
std::vector<events::Error> check_orders(const GatedPlan& plan, References& references,
                                        std::uint64_t commit_ordinal);

}  // namespace ingest::fhir
