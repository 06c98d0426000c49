// Which board a question about a measure means.
#pragma once

#include <string_view>
#include <vector>

#include "query/measures/reading.h"

namespace query::measures {

// In all versions, over all periods. `measure` is as GET /measures names it (then of one version),
// its Measure's id, name or url. not_found: what there is.
events::Result<std::vector<kept::BoardPointer>> boards_named(const Context& context,
                                                             std::string_view measure);
// One of `boards`, see Choice, on the day that is read of; null: none. While new content is being
// spread over the partitions two are alike: the one that more of them have.
kept::BoardPointer choose(const Reading& reading, const std::vector<kept::BoardPointer>& boards,
                          const Choice& choice);
// Of `measure`, as the parameters `period` and `version` say. invalid, not_found: what there is.
events::Result<kept::BoardPointer> board_asked(const Reading& reading,
                                               const ops::http::Request& request);

}  // namespace query::measures
