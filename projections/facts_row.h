// The row value of chart and patients: version (varint) | finished schema::Facts.
#pragma once

#include <string>
#include <string_view>

#include "projections/projection.h"

namespace projections {

std::string facts_row(events::Version version, std::string_view facts_bytes);

struct FactsRow {
  events::Version version;
  std::string_view bytes;  // of the facts, at an address FlatBuffers may read
  const events::schema::Facts* facts = nullptr;
};
// The result looks into `row`, or into `aligned` where the row's bytes lie at an odd
// address. corrupt: not such a row. The facts were verified when they entered the shard.
Result<FactsRow> read_facts_row(std::string_view row, std::string& aligned);

}  // namespace projections
