// series.h at an earlier clinical time: what is later is not there; what has no time is.
#pragma once

#include "projections/series.h"

namespace projections {

Result<std::vector<SeriesValue>> series_at(const ShardView& view, const events::StreamKey& stream,
                                           const SeriesCode& code, std::size_t limit,
                                           events::Micros until);
// Each with as many values as there are up to `until`; those after `place`, which an earlier list
// said.
Result<SeriesList> series_list_at(const ShardView& view, const events::StreamKey& stream,
                                  std::size_t rows_max, events::Micros until,
                                  std::string_view place = {});

}  // namespace projections
