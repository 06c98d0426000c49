// Runs log_append_child, the process that tests kill while it appends.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "events/log/event_log.h"

namespace events {

// The record that the child appends as its n-th; readers can tell what it must be.
std::string child_value(std::uint64_t number);

// Starts the child, kills it (SIGKILL) after at least `acknowledged_min`
// acknowledgements, and returns what it had been told: number by position.
std::map<Position, std::uint64_t> append_until_killed(const std::vector<std::string>& arguments,
                                                      std::size_t acknowledged_min);

}  // namespace events
