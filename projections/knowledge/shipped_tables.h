// The files of projections/knowledge/tables/ as the build put them into the program; the
// definition is generated (ops/build/embedded_files.cmake).
#pragma once

#include <span>
#include <string_view>

namespace projections::knowledge {

struct TableText {
  std::string_view file;  // "interactions.tsv"
  std::string_view text;
};

std::span<const TableText> shipped_tables();

}  // namespace projections::knowledge
