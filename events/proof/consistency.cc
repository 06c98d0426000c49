#include "events/proof/consistency.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace events::proof {
namespace {

using Chain = std::vector<const TrustedCheckpoint*>;

bool goes_before(const TrustedCheckpoint* one, const TrustedCheckpoint* other) {
  return std::pair(one->checkpoint.size, one->checkpoint.time) <
         std::pair(other->checkpoint.size, other->checkpoint.time);
}

std::string names_of(const TrustedCheckpoint& older, const TrustedCheckpoint& newer) {
  return fmt::format("{} of {}, and {} of {}", name_of(older), older.signer, name_of(newer),
                     newer.signer);
}

class ChainCheck {
 public:
  ChainCheck(const StepsBetween& steps, ConsistencyReport& report)
      : steps_(steps), report_(report) {}

  Status run(const Chain& chain) {
    if (chain.size() == 1) report_.alone.push_back(name_of(*chain.front()));
    for (std::size_t i = 1; i < chain.size(); ++i)
      if (auto compared = compare(*chain[i - 1], *chain[i]); !compared) return compared;
    // What could not be proven is no news beside what cannot be.
    auto& said = forked_.empty() ? unproven_ : forked_;
    std::move(said.begin(), said.end(), std::back_inserter(report_.found));
    return {};
  }

 private:
  Status compare(const TrustedCheckpoint& older, const TrustedCheckpoint& newer) {
    const auto size = older.checkpoint.size;
    if (size == newer.checkpoint.size || size == 0)
      return note(older, newer, lineage(older.checkpoint, newer.checkpoint, {}), {});
    const auto steps = steps_(older.checkpoint.origin, size, newer.checkpoint.size);
    if (!steps && steps.error().code != ErrorCode::not_found) return steps.error();
    if (!steps) return note(older, newer, Lineage::unproven, steps.error().message);
    return note(older, newer, lineage(older.checkpoint, newer.checkpoint, *steps),
                "the steps at hand do not lead from one to the other");
  }

  Status note(const TrustedCheckpoint& older, const TrustedCheckpoint& newer, Lineage lineage,
              const std::string& why) {
    if (lineage == Lineage::proven) {
      report_.proven.push_back(fmt::format("{} begins with size {} of {}", name_of(newer),
                                           older.checkpoint.size, older.signer));
    } else if (lineage == Lineage::forked) {
      forked_.push_back({Flaw::forked, names_of(older, newer)});
    } else {
      unproven_.push_back({Flaw::unproven, fmt::format("{}: {}", names_of(older, newer), why)});
    }
    return {};
  }

  const StepsBetween& steps_;
  ConsistencyReport& report_;
  std::vector<Finding> forked_, unproven_;
};

}  // namespace

Lineage lineage(const Checkpoint& older, const Checkpoint& newer, const ConsistencySteps& steps) {
  if (older.size == newer.size)
    return say_the_same(older, newer) ? Lineage::proven : Lineage::forked;
  // Offsets grow from leaf to leaf.
  if (older.next >= newer.next) return Lineage::forked;
  if (older.size == 0) return older.root == empty_root() ? Lineage::proven : Lineage::forked;
  const auto leads = [&](const Hash& from) {
    return verify_consistency(older.size, from, newer.size, newer.root, steps.path);
  };
  if (leads(older.root)) return Lineage::proven;
  return leads(steps.first_root) ? Lineage::forked : Lineage::unproven;
}

Result<ConsistencyReport> check_consistency(std::span<const TrustedCheckpoint> checkpoints,
                                            const StepsBetween& steps) {
  std::map<std::string, Chain> by_origin;
  for (const auto& one : checkpoints) by_origin[one.checkpoint.origin.text()].push_back(&one);
  ConsistencyReport report;
  for (auto& [origin, chain] : by_origin) {
    std::sort(chain.begin(), chain.end(), goes_before);
    if (auto checked = ChainCheck(steps, report).run(chain); !checked) return checked.error();
  }
  return report;
}

}  // namespace events::proof
