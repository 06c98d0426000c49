// The files of projections/knowledge/tables/ as the build put them into the program; the
// definition is generated (ops/build/embedded_files.cmake).
#pragma once

#include <span>

#include "events/table.h"

namespace projections::knowledge {

using events::TableText;

std::span<const TableText> shipped_tables();

}  // namespace projections::knowledge
