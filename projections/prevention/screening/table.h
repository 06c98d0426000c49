// The rules' data (tables/*.tsv), as they ship in the program.
#pragma once

#include "events/table.h"

namespace projections::screening {

using events::split;
using events::Table;

using EmbeddedTable = events::TableText;
std::span<const EmbeddedTable> embedded_tables();  // generated
// The text of tables/<name>.tsv.
inline std::string_view table_text(std::string_view name) {
  return events::text_of_table(embedded_tables(), name);
}

}  // namespace projections::screening
