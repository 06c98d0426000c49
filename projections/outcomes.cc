#include "projections/outcomes.h"

namespace projections {

events::Awaited Outcomes::expect(const events::CommitId& commit,
                                 const events::AssemblyId& assembly) {
  const std::lock_guard lock(mutex_);
  const auto at = waiting_.emplace(Name(commit, assembly), Waiter{++last_, {}});
  return {at->second.promise.get_future(), last_};
}

void Outcomes::forget(const events::CommitId& commit, const events::AssemblyId& assembly,
                      std::uint64_t waiter) {
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = waiting_.equal_range(Name(commit, assembly));
  for (auto at = begin; at != end; ++at) {
    if (at->second.number != waiter) continue;
    waiting_.erase(at);
    return;
  }
}

void Outcomes::deliver(const events::CommitId& commit,
                       const std::optional<events::AssemblyId>& assembly,
                       const events::Outcome& outcome) {
  std::vector<std::promise<events::Outcome>> told;
  {
    const std::lock_guard lock(mutex_);
    auto at = waiting_.lower_bound(Name(commit, assembly.value_or(events::AssemblyId())));
    while (at != waiting_.end() && at->first.first == commit &&
           (!assembly || at->first.second == *assembly)) {
      told.push_back(std::move(at->second.promise));
      at = waiting_.erase(at);
    }
  }
  for (auto& promise : told) promise.set_value(outcome);
}

}  // namespace projections
