// A record's place as people write it: <partition>:<offset>, such as 0:17.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"

namespace events {

std::string place_text(const Position& place);
// Nothing: it is no place, or written otherwise than place_text does (signs, leading zeros).
std::optional<Position> parse_place(std::string_view text);

}  // namespace events
