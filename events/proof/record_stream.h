// The stream that a record of the log names in its clear header.
#pragma once

#include <optional>
#include <string_view>

#include "events/ids.h"

namespace events::proof {

// Nothing for bytes that are no record. Unverified: who wrote it may be anybody.
std::optional<StreamKey> stream_named_by(std::string_view record);

}  // namespace events::proof
