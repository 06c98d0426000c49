// What a library includes, all the way down.
#pragma once

#include <boost/json/fwd.hpp>
#include <span>
#include <string>

#include "projections/quality/problems.h"

namespace projections::quality {

// `libraries`: ELM documents. Adds which included libraries are missing or of another version than
// the one asked for, and which include each other in a circle.
void check_includes(std::span<const boost::json::value> libraries, const std::string& library,
                    Problems& problems);

}  // namespace projections::quality
