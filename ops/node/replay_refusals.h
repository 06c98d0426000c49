// What `chartlog replay` does not tell because it would be false: a history without some of its
// events is another history.
#pragma once

#include <string_view>

#include "query/replay/filter.h"

namespace ops::node {

// Of --as-of, --diff and --blame, which rest on all events of a record. invalid for a filter that
// leaves some out; patient and type take whole histories.
events::Status check_whole_histories(std::string_view mode, const query::replay::Filter& filter);

}  // namespace ops::node
