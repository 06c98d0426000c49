// Log lines: `ts=… level=info refused submission=8f2c site=north code=invalid`,
// to standard error, for someone who can act on them. Never a patient's
// identifier, name or value.
#pragma once

#include <string_view>

#include "events/result.h"

namespace ops::runtime {

// debug, info, warn or error; invalid for anything else.
events::Status start_logging(std::string_view level);

}  // namespace ops::runtime
