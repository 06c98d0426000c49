// What `chartlog replay` does not tell because it would be false: a history without some of its
// events is another history.
#pragma once

#include <string_view>
#include <vector>

#include "query/replay/filter.h"

namespace ops::node {

// Of --as-of, --diff and --blame, which rest on all events of a record. invalid for a filter that
// leaves some out; patient and type take whole histories.
events::Status check_whole_histories(std::string_view mode, const query::replay::Filter& filter);
// What one asks about: partitions of the log.
using Partitions = std::vector<events::PartitionId>;

// invalid for a position that does not say how much of each of them was known.
events::Status check_names(std::string_view mode, const query::replay::Border& moment,
                           const Partitions& asked);
// invalid unless `second` is later: in no partition earlier, and not everywhere the same. A time
// and a position are not compared.
events::Status check_is_later(const query::replay::Border& first,
                              const query::replay::Border& second, const Partitions& asked);

}  // namespace ops::node
