// Folding a partition's records that are on the log already: for a new generation beside
// the live one, and to bring it up to the live one's position before the swap.
#pragma once

#include <functional>
#include <stop_token>

#include "events/log/event_log.h"
#include "projections/generation.h"
#include "projections/record_fold.h"

namespace projections {

struct CatchUp {
  events::EventLog& log;
  std::size_t batch_bytes_max;
  std::function<void(std::uint64_t)> progress;  // records more; may be empty
  std::stop_token stop;
};

// Until everything below `until` is in the rows (written, not flushed). unavailable if the
// fold or the log cannot go on, or on a stop.
Status fold_until(RecordFold& fold, Store& store, events::PartitionId partition,
                  events::Offset until, const CatchUp& with);

// All of the log so far, into a generation that nobody reads yet; flushed.
Result<std::shared_ptr<Generation>> build_generation(GenerationOptions options,
                                                     std::uint64_t number,
                                                     events::PartitionId partition,
                                                     const events::Opener& opener,
                                                     const CatchUp& with);

}  // namespace projections
