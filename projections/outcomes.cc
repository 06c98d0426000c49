#include "projections/outcomes.h"

namespace projections {

std::future<events::Outcome> Outcomes::expect(const events::CommitId& commit,
                                              const events::AssemblyId& assembly) {
  const std::lock_guard lock(mutex_);
  return waiting_.emplace(Name(commit, assembly), std::promise<events::Outcome>())
      ->second.get_future();
}

void Outcomes::forget(const events::CommitId& commit, const events::AssemblyId& assembly) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(Name(commit, assembly));
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
      told.push_back(std::move(at->second));
      at = waiting_.erase(at);
    }
  }
  for (auto& promise : told) promise.set_value(outcome);
}

}  // namespace projections
