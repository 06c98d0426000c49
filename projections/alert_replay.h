// What other knowledge would have said of a log's whole history: every commit judged twice, by what
// was in force when it was accepted and by what is given. Rows are in memory, of one partition at
// a time, and are gone afterwards; live shards are not looked at.
#pragma once

#include <functional>
#include <memory>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "projections/alerts.h"

namespace projections {

enum class Replayed { both, gained, lost };  // raised by both; only by the given one; only then
const char* to_string(Replayed what);

struct ReplayedAlert {
  Replayed what{};
  Alert alert;  // of the first time it was raised, by the given knowledge if that did
};

struct ReplayFigures {
  std::uint64_t records = 0, events = 0;
};

class AlertReplay {
 public:
  explicit AlertReplay(std::shared_ptr<const knowledge::Knowledge> given);

  struct Hearing {
    std::function<void(std::uint64_t records)> progress;  // read since it was called last
    // Each alert that was ever raised in the partition: one a patient, rule, tier, kind and
    // what it is about, in no order that means anything.
    std::function<void(ReplayedAlert)> take;
  };
  // Safe from any thread, several partitions at once. unavailable: why the fold stops, as a
  // worker would.
  Result<ReplayFigures> replay(events::EventLog& log, const events::Opener& opener,
                               events::PartitionId partition, const Hearing& hearing) const;

 private:
  std::vector<std::unique_ptr<const Projection>> projections_;  // as it was, as is given
};

}  // namespace projections
