// The data tables of trends (tables/*.tsv), as they ship in the program.
#pragma once

#include "events/table.h"

namespace projections::trends {

using events::split;
using events::Table;

using EmbeddedTable = events::TableText;
std::span<const EmbeddedTable> embedded_tables();  // generated
// That it reads is tested; a broken one must not run.
Table built_in_table(std::string_view name);

}  // namespace projections::trends
