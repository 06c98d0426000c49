// The streams that settings live in, by partition.
#pragma once

#include <vector>

#include "query/read_context.h"

namespace query::settings {

std::vector<events::StreamKey> settings_stream_keys(const Sources& sources);

}  // namespace query::settings
