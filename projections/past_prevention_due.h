// One patient's rows of what is due at an earlier moment: from the facts that stood, assessed once
// more as of the last commit before it that touched any, as the fold did.
#pragma once

#include "projections/shard.h"
#include "projections/table_rows.h"

namespace projections {

// Adds the rows of family `prevention_due` below `next` that a page reads: `0 | …` and `1 | …`.
// Where the fold had parked the patient before, those of that moment.
Status add_prevention_due_then(const ShardView& now, const events::StreamKey& stream,
                               events::Offset next, RowTable& to);

}  // namespace projections
