#include "projections/facts_row.h"

#include <cstdint>

#include "events/schema/clinical_generated.h"
#include "projections/row_codec.h"

namespace projections {
namespace {
constexpr std::uintptr_t alignment = 8;  // of the widest field, long
constexpr std::size_t smallest_buffer = 8;
}  // namespace

std::string facts_row(events::Version version, std::string_view facts_bytes) {
  return RowWriter().varint(version.value).raw(facts_bytes).row();
}

Result<FactsRow> read_facts_row(std::string_view row, std::string& aligned) {
  RowReader reader(row);
  FactsRow read;
  read.version = {reader.varint()};
  read.bytes = reader.rest();
  if (!reader.ok() || read.bytes.size() < smallest_buffer) {
    return events::corrupt("a row of typed fields is too short");
  }
  if (reinterpret_cast<std::uintptr_t>(read.bytes.data()) % alignment != 0) {
    aligned.assign(read.bytes);
    read.bytes = aligned;
  }
  read.facts = flatbuffers::GetRoot<events::schema::Facts>(read.bytes.data());
  return read;
}

}  // namespace projections
