#include "projections/parked.h"

#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {
std::string parked_key(const ParkedPatient& parked) {
  return KeyWriter().text(parked.projection).raw(parked.stream.bytes()).key();
}
}  // namespace

void put_parked(RowBatch& batch, const ParkedPatient& parked) {
  batch.put(parked_family, parked_key(parked),
            RowWriter().signed_varint(parked.since.offset.value).bytes(parked.reason).row());
}

void erase_parked(RowBatch& batch, const ParkedPatient& parked) {
  batch.erase(parked_family, parked_key(parked));
}

Result<std::vector<ParkedPatient>> read_parked(const RowView& rows, events::PartitionId partition,
                                               const std::optional<events::StreamKey>& stream) {
  std::vector<ParkedPatient> found;
  const auto all = rows.scan(parked_family, {});
  for (; all->valid(); all->next()) {
    KeyReader key(all->key());
    RowReader value(all->value());
    auto projection = key.text();
    const auto of = key.raw(events::StreamKey::size);
    const events::Offset since{value.signed_varint()};
    std::string reason(value.bytes());
    if (!projection || !of || !key.done() || !value.done()) {
      return events::corrupt("a row of `parked` does not read");
    }
    const auto of_stream = *events::StreamKey::from_bytes(*of);
    if (stream && of_stream != *stream) continue;
    found.push_back({std::move(*projection), of_stream, {partition, since}, std::move(reason)});
  }
  if (auto read = all->status(); !read) return read.error();
  return found;
}

void put_quarantined(RowBatch& batch, const QuarantinedRecord& record) {
  batch.put(quarantine_family, KeyWriter().ascending(record.position.offset.value).key(),
            RowWriter().bytes(record.reason).bytes(record.bytes).row());
}

Result<std::vector<QuarantinedRecord>> read_quarantined(const RowView& rows,
                                                        events::PartitionId partition,
                                                        std::size_t limit) {
  std::vector<QuarantinedRecord> found;
  const auto all = rows.scan(quarantine_family, {});
  for (; all->valid() && found.size() < limit; all->next()) {
    const auto offset = KeyReader(all->key()).ascending();
    RowReader value(all->value());
    std::string reason(value.bytes());
    std::string bytes(value.bytes());
    if (!offset || !value.done()) return events::corrupt("a row of `quarantine` does not read");
    found.push_back({{partition, {*offset}}, std::move(reason), std::move(bytes)});
  }
  if (auto read = all->status(); !read) return read.error();
  return found;
}

}  // namespace projections
