// Rows of `versions` at an earlier moment: those that came later are passed over.
#pragma once

#include <memory>
#include <string_view>

#include "projections/store.h"

namespace projections {

// `now` outlives it.
std::unique_ptr<Rows> versions_below(events::Offset next, const RowView& now,
                                     std::string_view prefix, std::string_view from);

}  // namespace projections
