// Folds one patient again in one projection, from the patient's own offsets on the log.
#pragma once

#include "events/log/event_log.h"
#include "projections/generation.h"

namespace projections {

// Replaces the stream's rows of that projection in `batch`. An error leaves `batch` half
// done: the caller drops it.
Status refold(const Projection& projection, Family family, const events::StreamKey& stream,
              events::PartitionId partition, events::EventLog& log, const events::Opener& opener,
              RowBatch& batch);

}  // namespace projections
