// Reading a log up to an end that it has named: all of it, or an error.
#pragma once

#include <stop_token>

#include "events/log/event_log.h"

namespace events {

// next() of a reader that is to read on up to `end`: asked again for half a minute, because a slow
// log's part must not pass for the whole. unavailable: nothing came, or `stop`. (Topics are neither
// compacted nor written in transactions, so below the end there are records.)
Result<std::vector<LogRecord>> next_below(LogReader& reader, Offset end, std::size_t bytes_max,
                                          const std::stop_token& stop = {});

}  // namespace events
