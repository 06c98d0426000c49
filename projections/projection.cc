#include "projections/projection.h"

namespace projections {

Status Projection::forget(const events::StreamKey& stream, Family family, RowBatch& batch) const {
  // Collected first: a batch must not change under a scan of itself.
  std::vector<std::string> keys;
  const auto rows = batch.scan(family, stream.bytes());
  for (; rows->valid(); rows->next()) keys.emplace_back(rows->key());
  if (auto read = rows->status(); !read) return read;
  for (const auto& key : keys) batch.erase(family, key);
  return {};
}

}  // namespace projections
