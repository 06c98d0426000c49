// One partition's events between the borders of a filter.
#pragma once

#include "query/read_context.h"
#include "query/replay/filter.h"

namespace query::replay {

// As known at `view`, in log order, also those that the filter does not take: who is told may end
// it, by what `take` gives back, while nothing matches.
events::Status scan_partition(const Sources& sources, const events::Opener& opener,
                              const Filter& filter, events::PartitionId partition,
                              const projections::ShardView& view,
                              const projections::TakeEvent& take);

// The parameters of `request`, positions checked. invalid names the one that is wrong.
events::Result<Filter> read_filter(const Sources& sources, const ops::http::Request& request);

}  // namespace query::replay
