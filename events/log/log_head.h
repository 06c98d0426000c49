// The head of a log from which old records may go: of the side log `access` alone, after its
// retention. Every other log is kept from its first record on.
#pragma once

#include "events/log/event_log.h"

namespace events {

// All calls are safe from any thread.
class LogHead {
 public:
  virtual ~LogHead() = default;
  // Offset of the first record that is there; the end, if there is none.
  virtual Result<Offset> first(PartitionId partition) = 0;
  // Removes what lies below, for good, before it returns; again is no harm. Readers that stand
  // below meet corrupt. unavailable: perhaps not, cut again; invalid: `below` is past the end,
  // or, on the embedded log, the end itself: its newest record stays.
  virtual Status cut(PartitionId partition, Offset below) = 0;
};

// Null where nothing is ever cut. Lives as long as the log.
LogHead* head_of(EventLog& log);

}  // namespace events
