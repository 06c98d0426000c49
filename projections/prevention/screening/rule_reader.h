// Reads screening rules from their two tables; the words of a row are in README.md.
#pragma once

#include "projections/prevention/screening/rules.h"
#include "projections/prevention/screening/table.h"

namespace projections::screening {

// invalid names the row and what is wrong with it: a list that is not there, a row without
// source, date or version …
events::Result<Rules> read_rules(std::string_view screenings, std::string_view code_lists);

// The tables that are in the program, read once.
const events::Result<Rules>& shipped_rules();

}  // namespace projections::screening
