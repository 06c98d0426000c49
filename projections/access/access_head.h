// Where the access log begins, and whether it may: what went must be named by a notice on it.
#pragma once

#include <optional>

#include "events/log/event_log.h"
#include "events/secrets.h"
#include "projections/access/access_rows.h"

namespace projections::access {

// Of the first record; zero for a log that is never cut.
Result<events::Offset> first_of(events::EventLog& log);
// Below which the rows know that records went.
Result<events::Offset> below_of(const RowView& rows);
// precondition_failed, with what to do.
Status lost_head(events::Offset first, events::Offset accounted);

// For rows that are folded up to `next`. Nothing: they go on from there. A notice: they begin anew
// from it, because the log begins behind them, or they are an older copy that could only be
// brought up to it by reading records that are gone (without copies of those beside the index).
// precondition_failed: the log begins where no notice says.
Result<std::optional<Horizon>> begin_of(events::EventLog& log, const events::Secrets& secrets,
                                        const RowView& rows, events::Offset next,
                                        bool keeps_records);

}  // namespace projections::access
