// One patient in a measure: where they stand, the value of each named definition, evaluated when
// asked for from the record by the same engine, the events that those rest on, and what moved them.
#pragma once

#include "query/measures/reading.h"

namespace query::measures {

// Members of the object that is open in `json`. not_found: no such patient.
events::Status explain(const Reading& reading, const ops::http::Request& request, JsonWriter& json);

}  // namespace query::measures
