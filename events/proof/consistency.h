// Checkpoints held against each other without the log: that the tree of one is the beginning of the
// tree of the next (RFC 6962 section 2.1.2), or that no one log can have both.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "events/proof/log_check.h"

namespace events::proof {

// What leads from the tree of a size to that of a later one, as somebody says who has the leaves.
// It need not be trusted: a root below that leads to a signed one is the only one that does.
struct ConsistencySteps {
  std::string origin;
  std::uint64_t first = 0, second = 0;
  Hash first_root{};
  std::vector<Hash> path;
};

enum class Lineage {
  proven,    // the newer tree begins with the older one
  forked,    // it begins with another one of that size
  unproven,  // these steps do not lead to the newer one
};
// Two of one origin, the older one first. What they say besides of size and root counts too.
Lineage lineage(const Checkpoint& older, const Checkpoint& newer, const ConsistencySteps& steps);

// not_found: nobody at hand can say.
using StepsBetween = std::function<Result<ConsistencySteps>(
    const Origin& origin, std::uint64_t first, std::uint64_t second)>;

struct ConsistencyReport {
  std::vector<Finding> found;
  std::vector<std::string> proven;  // a line for each pair
  std::vector<std::string> alone;   // nothing is there to hold it against
};
// Of any origins, each by size: every one against the next. An error of `steps` other than
// not_found is one of the whole.
Result<ConsistencyReport> check_consistency(std::span<const TrustedCheckpoint> checkpoints,
                                            const StepsBetween& steps);

}  // namespace events::proof
