// One partition's events that a filter takes.
#pragma once

#include "query/read_context.h"
#include "query/replay/filter.h"

namespace query::replay {

// As known at `view`, in log order. What `take` gives back ends it where it is no success.
events::Status scan_partition(const Sources& sources, const events::Opener& opener,
                              const Filter& filter, events::PartitionId partition,
                              const projections::ShardView& view,
                              const projections::TakeEvent& take);

// The parameters of `request`, positions checked. invalid names the one that is wrong.
events::Result<Filter> read_filter(const Sources& sources, const ops::http::Request& request);

}  // namespace query::replay
