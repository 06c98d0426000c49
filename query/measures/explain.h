// One patient in a measure: where they stand, the value of each named definition, evaluated now
// from the record by the same engine, the events that those rest on, and what moved them.
#pragma once

#include "query/measures/context.h"

namespace query::measures {

// Members of the object that is open in `json`. not_found: no such patient.
events::Status explain(const Context& context, const ops::http::Request& request,
                       const projections::RowView& rows, JsonWriter& json);

}  // namespace query::measures
