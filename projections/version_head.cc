#include "projections/version_head.h"

#include "projections/row_codec.h"

namespace projections {

// In the order in which encode() of versions.cc writes.
Result<VersionHead> read_version_head(std::string_view bytes) {
  RowReader reader(bytes);
  VersionHead head;
  const bool known_format = reader.u8() == 1;  // row_format of versions.cc
  reader.raw(events::CommitKey::size);
  reader.raw(events::Digest16::size);
  reader.bytes();  // salt
  head.known_time = reader.time();
  head.position.partition.value = static_cast<std::uint32_t>(reader.varint());
  head.position.offset.value = static_cast<std::int64_t>(reader.varint());
  reader.varint();  // key epoch
  head.version.value = reader.varint();
  head.effect = static_cast<events::EventEffect>(reader.u8());
  reader.varint();  // ordinal
  reader.varint();  // document's size
  reader.bytes();   // splices
  head.facts = reader.bytes();
  if (!known_format || !reader.ok()) return events::corrupt("a row of `versions` does not read");
  return head;
}

}  // namespace projections
