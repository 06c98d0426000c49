// JSON answers over all patients at an earlier moment.
#pragma once

#include "query/as_of.h"
#include "query/json_writer.h"

namespace query {

// By parameter `asOf`; null if the request has none. invalid also where nothing was known then;
// unavailable.
events::Result<std::unique_ptr<Past>> read_past_of_all(const Sources& sources,
                                                       const ops::http::Request& request);
// "as_of" of an object that is open: what the answer rests on, below `position`.
void write_past_of_all(const Past& past, const events::PositionToken& position, JsonWriter& json);

}  // namespace query
