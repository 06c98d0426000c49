// The streams that settings live in. A setting (knowledge, measures, policies, code maps) is an
// ordinary commit in one stream of every partition, so that each worker has it in force from an
// offset of its own log, and acceptance, versions, parts, keys and proofs hold for it too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/secrets.h"

namespace events {

// `settings/<n>`: the i-th has the smallest n whose stream falls into partition i. The same on
// every node of a log.
std::vector<std::string> settings_streams(const Secret& log_secret, std::uint32_t partitions);
bool is_settings_stream(std::string_view name);

}  // namespace events
