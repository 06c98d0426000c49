// A log's accepted events once more, in the order of a partition, as projections get them: from
// the log alone (acceptance judges again, in memory), or along the changes that a shard has
// folded. Nothing is written; live shards are only read.
#pragma once

#include <functional>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "projections/alert_replay.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

// Borrowed for the call.
struct ReplayedEvent {
  const AcceptedEvent& event;
  // The row of the version that it made; null for a confirmation, and where the document was not
  // asked for.
  const VersionRow* version = nullptr;
};
// What it returns ends the replay if it is an error.
using TakeEvent = std::function<Status(const ReplayedEvent&)>;

struct EventReplayOptions {
  std::optional<events::StreamKey> stream;  // of one record: others are passed over unopened
  events::Offset from;                      // events at and after it are told
  std::optional<events::KnownTime> until;   // ends at the first record that is known then
  std::optional<events::Offset> end;        // ends before it
  bool documents = false;                   // `version` is there
  std::function<void(std::uint64_t records)> progress;  // read since it was called last
};

// From the beginning of the partition, whatever `from`: what was accepted hangs on it. Safe from
// any thread, several partitions at once. unavailable: why the fold stops, as a worker would.
Result<ReplayFigures> replay_log(events::EventLog& log, const events::Opener& opener,
                                 events::PartitionId partition, const EventReplayOptions& options,
                                 const TakeEvent& take);

// What `view` has folded, its records read again from the log. `progress` counts commits.
Result<ReplayFigures> replay_changes(const ShardView& view, events::EventLog& log,
                                     const events::Opener& opener, events::PartitionId partition,
                                     const EventReplayOptions& options, const TakeEvent& take);

// The document of a version, as FHIR answers it. gone: it was a deletion.
Result<std::string> replayed_document(const events::Opener& opener, const events::StreamKey& stream,
                                      const VersionRow& row);

}  // namespace projections
