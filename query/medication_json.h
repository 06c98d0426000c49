// Lines of the medication list as JSON, and GET /charts/{patient}/medications.
#pragma once

#include "projections/medications.h"
#include "query/json_writer.h"
#include "query/names.h"

namespace query {

enum class LineDetail { summary, full };  // full: with all resources the line rests on
void write_line(const projections::MedicationLine& line, LineDetail detail, Names& names,
                JsonWriter& json);

// What ends are judged by until `at=` is built.
events::Micros now();

// `sources` outlives the router.
void add_medication_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query
