// What a cut of the access log would take, found by reading it.
#pragma once

#include <optional>

#include "events/access/trim_notice.h"
#include "events/log/event_log.h"
#include "events/secrets.h"

namespace projections::access {

using events::Result;

struct TrimBounds {
  events::KnownTime before;          // what is as new, stays
  std::size_t records_max = 20'000;  // more only to end between two times
};

// The notice for the next cut after `last`, with all that it must account for; nothing: none is
// due. `log` is whole from `last.below` on.
Result<std::optional<events::access::TrimNotice>> plan_trim(events::EventLog& log,
                                                            const events::Secrets& secrets,
                                                            const events::access::TrimNotice& last,
                                                            const TrimBounds& bounds);

}  // namespace projections::access
