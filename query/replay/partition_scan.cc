#include "query/replay/partition_scan.h"

#include "projections/as_of.h"

namespace query::replay {

using events::Result;
using events::Status;

Status scan_partition(const Sources& sources, const events::Opener& opener, const Filter& filter,
                      events::PartitionId partition, const projections::ShardView& view,
                      const projections::TakeEvent& take) {
  auto options = filter.options(partition, sources.log_secret, sources.shards.count());
  if (!options) return {};
  if (filter.from.time) {
    const auto before = projections::known_before(view, *filter.from.time);
    if (!before) return before.error();
    options->from = std::max(options->from, before->next);
  }
  const auto done =
      projections::replay_changes(view, sources.log, opener, partition, *options, take);
  return done ? Status() : Status(done.error());
}

Result<Filter> read_filter(const Sources& sources, const ops::http::Request& request) {
  Filter filter;
  for (const auto& [name, value] : request.query) {
    if (auto taken = take(filter, name, value); !taken) return taken.error();
  }
  for (const auto* border : {&filter.from, &filter.to}) {
    if (!border->position) continue;
    if (auto there = check_position(sources, *border->position); !there) return there.error();
  }
  return filter;
}

}  // namespace query::replay
