// The list of read models. A new one is a file pair, its test and one line in catalog.cc.
#pragma once

#include <memory>
#include <span>

#include "projections/projection.h"

namespace projections {

// In the order of their column families; built once, immutable, safe from any thread.
std::span<const std::unique_ptr<const Projection>> all_projections();
// CHECKs that there is one of that name.
std::size_t projection_index(std::string_view name);

}  // namespace projections
