// What the answers of /measures have around their own members.
#pragma once

#include "query/measures/reading.h"

namespace query::measures {

// An object that is open: "position" and "notice" are in it.
JsonWriter begun(const Reading& reading);
ops::http::Response ended(const Reading& reading, JsonWriter json);
// The board that was asked about, and "as_of".
events::Status write_asked(const Reading& reading, const kept::Board& board, JsonWriter& json);

}  // namespace query::measures
