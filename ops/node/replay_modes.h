// What `chartlog replay` tells of a log: its events, the state at a moment, what changed between
// two, where a resource's fields came from, how late things were recorded. Each writes its answer
// as text or NDJSON to `out` as it comes. What would be false is refused (replay_refusals.h).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ops/node/replay_scan.h"

namespace ops::node {

struct Telling {
  ReplayLog& log;
  query::replay::Filter filter;
  LogProgress& progress;
  bool ndjson = false;
  // Whole lines; one call at a time. What it returns ends the replay if it is an error.
  std::function<events::Status(std::string_view)> out;
};
using Told = events::Result<projections::ReplayFigures>;

// In order within each partition; partitions as they are read.
Told tell_events(const Telling& telling);
// The newest version of each resource that was known then and not deleted: the line of its event.
Told tell_state(Telling telling, const query::replay::Border& then);
Told tell_diff(Telling telling, const query::replay::Border& first,
               const query::replay::Border& second);
// `name`: "Type/id".
Told tell_blame(Telling telling, const std::string& name);
Told tell_back_dating(Telling telling);

}  // namespace ops::node
