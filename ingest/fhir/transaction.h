// A transaction Bundle: all of it is one commit, or nothing is.
#pragma once

#include "ingest/fhir/settle.h"

namespace ingest::fhir {

// Planned, and the tree forgotten: only the documents go on being looked at, in the text
// of `bundle`, which outlives the plan. `request` is the digest of what was asked.
tl::expected<Plan, Refusals> plan_transaction(const RequestContext& context, json::Document bundle,
                                              const events::Digest16& request);

}  // namespace ingest::fhir
