// A shard as it was known at an earlier moment: what was recorded by then, and nothing that came
// later, however early the time is that it speaks of.
//
// A moment is a prefix of the partition: its commits below an offset. The rows of a stream at
// that moment are made of its `versions`, by the same projections' apply(), when they are asked
// for: the newest version in the prefix of each resource of the types that are read. That costs
// a pass over the stream's versions of those types, whatever the log holds of others.
#pragma once

#include <memory>
#include <optional>

#include "projections/past_budget.h"
#include "projections/shard.h"

namespace projections {

struct KnownMoment {
  events::Offset next;                      // all below was known, nothing from it on
  std::optional<events::KnownTime> newest;  // of what was known; nothing: none was
  bool provisional = false;  // the shard has not passed the time: what comes may belong to it
};
// What was recorded before `end`, by the partition's clock. Some twenty seeks.
Result<KnownMoment> known_before(const ShardView& view, events::KnownTime end);
// What lies below `next`; never provisional. `next` is not beyond the shard.
Result<KnownMoment> known_below(const ShardView& view, events::Offset next);
// When the first commit of the partition became known; nothing: there is none.
Result<std::optional<events::KnownTime>> first_known(const ShardView& view);

// `now` below `next`: current(), version(), history(), find(), changes() and parked() answer as of
// then. Of rows there are those of chart, medications, series and settings that begin with a
// stream's key, those of `versions`, a patient's of alerts (past_alerts.h), and with a budget those
// of search_index (of one type) and patients over all streams and the order of alerts in force,
// which fail as `unprocessable` beyond it; the raw `changes` and `sites` are as of now; other
// families, and other scans over all streams, fail as `unsupported`. quarantined() answers as of
// now. For one thread. A resource that a projection could not apply is left out where the patient
// is parked in it; elsewhere the scan fails.
std::shared_ptr<const ShardView> view_as_of(std::shared_ptr<const ShardView> now,
                                            events::Offset next,
                                            std::shared_ptr<PastBudget> over_all = nullptr);

}  // namespace projections
