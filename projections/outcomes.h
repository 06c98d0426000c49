// Who waits for which commit's outcome. Safe from any thread.
#pragma once

#include <future>
#include <map>
#include <mutex>
#include <vector>

#include "events/outcome.h"

namespace projections {

class Outcomes {
 public:
  std::future<events::Outcome> expect(const events::CommitId& commit,
                                      const events::AssemblyId& assembly);
  void forget(const events::CommitId& commit, const events::AssemblyId& assembly);
  // Tells who waits for that copy of the commit, or for any copy.
  void deliver(const events::CommitId& commit, const std::optional<events::AssemblyId>& assembly,
               const events::Outcome& outcome);

 private:
  using Name = std::pair<events::CommitId, events::AssemblyId>;
  std::mutex mutex_;
  // Guarded by mutex_. A retry of a request may wait beside the first for one and the same copy.
  std::multimap<Name, std::promise<events::Outcome>> waiting_;
};

}  // namespace projections
