// Who waits for which commit's outcome. Safe from any thread.
#pragma once

#include <future>
#include <map>
#include <mutex>
#include <vector>

#include "events/lookup.h"

namespace projections {

class Outcomes {
 public:
  events::Awaited expect(const events::CommitId& commit, const events::AssemblyId& assembly);
  void forget(const events::CommitId& commit, const events::AssemblyId& assembly,
              std::uint64_t waiter);
  // Tells who waits for that copy of the commit, or for any copy.
  void deliver(const events::CommitId& commit, const std::optional<events::AssemblyId>& assembly,
               const events::Outcome& outcome);

 private:
  using Name = std::pair<events::CommitId, events::AssemblyId>;
  struct Waiter {
    std::uint64_t number;
    std::promise<events::Outcome> promise;
  };
  std::mutex mutex_;
  // Guarded by mutex_. Several may wait for one and the same copy: a request and its retry, the
  // decision of a transaction and the keeper that ends what was left.
  std::multimap<Name, Waiter> waiting_;
  std::uint64_t last_ = 0;
};

}  // namespace projections
