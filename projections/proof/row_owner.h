// Whose a row is: the stream that stands in its key, wherever the family has it. Layouts of keys
// are described in projections/README.md.
#pragma once

#include <optional>
#include <string_view>

#include "events/ids.h"

namespace projections {

// Keys of the family begin with the stream. False also for a family that is not known here.
bool stream_leads(std::string_view family);
// Nothing: the row is of no one stream (a counter over all, a setting, a record that is nobody's),
// or its key does not read.
std::optional<events::StreamKey> owner_of_row(std::string_view family, std::string_view key,
                                              std::string_view value);
// What can be said of a key without naming anybody: the stream, and the type of a resource where it
// follows.
std::string key_in_words(std::string_view family, std::string_view key, std::string_view value);

}  // namespace projections
