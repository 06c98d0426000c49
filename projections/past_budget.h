// How much one answer about an earlier moment over all patients may look at, over all its shards.
#pragma once

#include <cstddef>
#include <string>

#include "events/result.h"

namespace projections {

// For one thread; what reads takes of it. Of processor time a change costs some 3 µs and a version
// some 60 (benchmarks/asof/search.py, -O1), so one answer takes a few seconds at most.
struct PastBudget {
  std::string asked;                    // the moment, as written
  std::size_t changes_max = 1'000'000;  // events, of whatever type, passed over in `changes`
  std::size_t resources_max = 500'000;  // of the types that are read, changed since
  std::size_t versions_max = 50'000;    // of those, read as they were
  std::size_t patients_max = 100'000;   // whose alerts are put in order again
  std::size_t assessed_max = 5'000;     // patients for whom it is assessed again what is due
  // Looked at.
  std::size_t changes = 0, resources = 0, versions = 0, patients = 0, assessed = 0;

  bool is_spent() const {
    return changes > changes_max || resources > resources_max || versions > versions_max ||
           patients > patients_max || assessed > assessed_max;
  }
  // unprocessable where it is spent: names the bound.
  events::Status check() const;
};

}  // namespace projections
