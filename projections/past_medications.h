// The rows of a stream's medication list at an earlier moment. For past_rows.cc.
#pragma once

#include <functional>

#include "projections/shard.h"
#include "projections/table_rows.h"

namespace projections {

// In the order of their keys. What fails is left out where `may_leave_out` says so.
Result<RowTable> medications_then(const ShardView& now, const events::StreamKey& stream,
                                  events::Offset next,
                                  const std::function<Result<bool>()>& may_leave_out);

}  // namespace projections
